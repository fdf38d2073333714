/** In which phases the page's events can happen to an upload. Pure data. */
import type { Standing } from '../standing.ts';
import type { ActivePhase, PageEvent, Phase } from './events.ts';

export interface Rule {
  /** @default any phase */
  readonly from?: readonly Phase[];
  readonly standings?: readonly Standing['kind'][];
  /** The new phase, if the event carries nothing that belongs to it. */
  readonly to?: Exclude<ActivePhase, 'transforming'> | 'added' | 'cancelled';
}

export const BEFORE_SENDING = ['claiming', 'creating', 'reconciling'] as const;
const BEFORE_COMPLETING = [...BEFORE_SENDING, 'hashing', 'sending'] as const;
export const WORKING = ['transforming', ...BEFORE_COMPLETING, 'completing'] as const;
/** Phases in which an upload can wait for something. */
const MOVING = ['queued', ...BEFORE_COMPLETING, 'completing', 'withdrawing'] as const;
/** Phases after which its bytes are sent, unless somebody intervenes. */
export const PROCEEDING = ['checking', 'queued', 'transforming', ...BEFORE_COMPLETING] as const;
/** Phases in which an upload proceeds by itself. */
export const ACTIVE = [...PROCEEDING, 'completing', 'withdrawing'] as const;
export const BEFORE_END = ['added', ...ACTIVE, 'paused', 'failed', 'undoable'] as const;

/** Every transition by an event of the page. */
export const PAGE_RULES: { readonly [type in PageEvent['type']]: Rule } = {
  start: { from: ['added'], to: 'queued' },
  wait: { from: MOVING },
  proceed: { from: MOVING },
  // Not while completing: the store is putting the parts together already.
  pause: { from: ['added', ...PROCEEDING] },
  resume: { from: ['paused'] },
  retry: { from: ['failed'], to: 'queued' },
  withdraw: { from: ['completing'], to: 'withdrawing' },
  discard: {
    from: [
      'added',
      'queued',
      'transforming',
      ...BEFORE_COMPLETING,
      'withdrawing',
      'paused',
      'failed',
    ],
  },
  undo: { from: ['undoable'] },
  cancel: { from: BEFORE_END, to: 'cancelled' },
  fail: { from: ACTIVE },
  edit: { from: ['added', 'checking', 'queued', 'paused', 'failed'], standings: ['unregistered'] },
};
