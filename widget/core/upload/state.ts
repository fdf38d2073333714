/** The state of one upload, and the one function that changes it. Pure. */
import type { Result, StoredPart } from '../../../worker/protocol.ts';
import type { UploadError } from '../errors.ts';
import type { FileWithPath, WaitReason } from '../types.ts';
import type { Parts } from './parts.ts';
import { partsOf, tokenOf, withoutParts, type Standing } from './standing.ts';
import { isSameTerms, type Agreement, type Terms } from './terms.ts';

/** Phases in which an upload proceeds by itself. */
export type ActivePhase =
  /** In the queue. */
  | 'queued'
  /** Looking for the file in the journal, and hashing its first parts. */
  | 'claiming'
  /** The Create is on its way. */
  | 'creating'
  /** The Worker is asked what the store holds. */
  | 'reconciling'
  /** Parts are hashed; the first request has not left yet. */
  | 'hashing'
  | 'sending'
  | 'completing'
  /** Cancelled while the Worker completes it, whose answer says whether that was too late. */
  | 'withdrawing';

export type Phase = ActivePhase | 'added' | 'paused' | 'done' | 'failed' | 'cancelled';

/** What the upload is doing. */
export type Progress =
  /** Not started: it waits for `start()`. */
  | { readonly phase: 'added' }
  /** `waitingFor` is set while all of its requests wait for the same thing. */
  | { readonly phase: ActivePhase; readonly waitingFor?: WaitReason }
  | { readonly phase: 'paused'; readonly resumesAs: 'added' | 'queued' }
  | { readonly phase: 'done'; readonly result: Result }
  | { readonly phase: 'failed'; readonly error: UploadError }
  | { readonly phase: 'cancelled' };

export interface UploadState {
  /** The Worker's id too: made by the page, so that a Create whose answer was lost can be repeated. */
  readonly id: string;
  /** Ids that the upload had before, if any. */
  readonly formerIds: readonly string[];
  /** The file as it was added; of one that has failed and was added again, as it was added last. */
  readonly source: FileWithPath;
  readonly progress: Progress;
  readonly standing: Standing;
  /** As the policy leads to expect; once agreed, as the Worker has said. */
  readonly terms: Terms;
  /** Its turn has come once before. */
  readonly wasStarted: boolean;
  /** Bytes of an earlier visit were found on the store. */
  readonly isResumed: boolean;
  /** Times that it began again from zero, because the store had dropped what it held. */
  readonly restarts: number;
  /** Parts have gone through the Worker. */
  readonly isRelayed: boolean;
  /** Reads of the file that hang. */
  readonly hungReads: number;
  /** The file could be read once; if it cannot be read any more, it has changed. */
  readonly wasRead: boolean;
  /** Hash of the ends of the file when it was first read. */
  readonly fingerprint?: string | undefined;
}

export type UploadEvent =
  | { readonly type: 'start' }
  /** A listener has refused the start. */
  | { readonly type: 'hold' }
  /** Its turn has come. */
  | { readonly type: 'open' }
  | { readonly type: 'create' }
  | { readonly type: 'reconcile' }
  | { readonly type: 'hash' }
  | { readonly type: 'send' }
  | { readonly type: 'complete' }
  /** A remedy has been applied: it begins another round. */
  | { readonly type: 'restart' }
  | { readonly type: 'wait'; readonly for: WaitReason }
  | { readonly type: 'proceed' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** `source`: the same file, added again. */
  | {
      readonly type: 'retry';
      readonly receipts: readonly StoredPart[];
      readonly source?: FileWithPath | undefined;
    }
  | { readonly type: 'withdraw' }
  | { readonly type: 'cancel' }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'fail'; readonly error: UploadError }
  // The rest changes how it stands with the Worker, or what is known of the file.
  | { readonly type: 'expect'; readonly terms: Terms }
  | { readonly type: 'prepare'; readonly parts: Parts }
  /** The journal knows the file. Without a token it is created again, under its old id. */
  | {
      readonly type: 'recognise';
      readonly id: string;
      readonly token?: string | undefined;
      readonly receipts: readonly StoredPart[];
    }
  | { readonly type: 'request'; readonly answer: Promise<void> }
  | { readonly type: 'refuse' }
  | { readonly type: 'agree'; readonly agreement: Agreement; readonly parts: Parts }
  /** The Worker lets it live longer, by another token. */
  | { readonly type: 'extend'; readonly token: string; readonly expiresAt: string }
  /** What is stored is uncertain. */
  | { readonly type: 'doubt' }
  /** Discards what was agreed. */
  | { readonly type: 'forget' }
  /** The same, under another id. */
  | { readonly type: 'renew'; readonly id: string }
  | { readonly type: 'relay' }
  /** A read of the file hangs. */
  | { readonly type: 'hang' }
  /** A read that hung has settled. */
  | { readonly type: 'revive' }
  | { readonly type: 'read'; readonly fingerprint?: string };

type EventType = UploadEvent['type'];

interface Rule {
  /** @default any phase */
  readonly from?: readonly Phase[];
  readonly standings?: readonly Standing['kind'][];
  /** The new phase, if the event carries nothing that belongs to it. */
  readonly to?: ActivePhase | 'added' | 'cancelled';
}

const BEFORE_SENDING = ['claiming', 'creating', 'reconciling'] as const;
const BEFORE_COMPLETING = [...BEFORE_SENDING, 'hashing', 'sending'] as const;
const WORKING = [...BEFORE_COMPLETING, 'completing'] as const;
const ACTIVE = ['queued', ...WORKING, 'withdrawing'] as const;
const BEFORE_END = ['added', ...ACTIVE, 'paused', 'failed'] as const;

/** Every transition that can happen. */
export const RULES: { readonly [type in EventType]: Rule } = {
  start: { from: ['added'], to: 'queued' },
  hold: { from: ['queued'], to: 'added' },
  open: { from: ['queued'], to: 'claiming' },
  create: { from: ['claiming'], to: 'creating', standings: ['requested', 'agreed'] },
  reconcile: { from: ['claiming'], to: 'reconciling', standings: ['unconfirmed'] },
  hash: { from: BEFORE_SENDING, to: 'hashing', standings: ['agreed'] },
  send: { from: ['hashing'], to: 'sending', standings: ['agreed'] },
  complete: { from: ['hashing', 'sending'], to: 'completing', standings: ['agreed'] },
  restart: { from: WORKING, to: 'claiming' },
  wait: { from: ACTIVE },
  proceed: { from: ACTIVE },
  // Not while completing: the store is putting the parts together already.
  pause: { from: ['added', 'queued', ...BEFORE_COMPLETING] },
  resume: { from: ['paused'] },
  retry: { from: ['failed'], to: 'queued' },
  withdraw: { from: ['completing'], to: 'withdrawing' },
  cancel: { from: BEFORE_END, to: 'cancelled' },
  // Before it is sent: an earlier visit, or a call whose answer was lost, had completed it. After it
  // was cancelled: the Worker had completed it by then.
  done: {
    from: [...BEFORE_SENDING, 'completing', 'withdrawing', 'cancelled'],
    standings: ['agreed'],
  },
  fail: { from: ACTIVE },
  expect: { from: BEFORE_END, standings: ['unregistered', 'unconfirmed'] },
  prepare: { from: WORKING, standings: ['unregistered'] },
  recognise: { from: BEFORE_END, standings: ['unregistered', 'unconfirmed'] },
  request: { from: WORKING, standings: ['unregistered'] },
  // The answer to a Create may arrive during a pause, or after the upload was cancelled.
  refuse: { standings: ['requested'] },
  agree: { standings: ['requested', 'unconfirmed'] },
  extend: { standings: ['agreed'] },
  doubt: { from: WORKING, standings: ['agreed'] },
  forget: { from: BEFORE_END },
  renew: { from: BEFORE_END },
  relay: { from: BEFORE_END },
  hang: {},
  revive: {},
  read: {},
};

/** True if the event can happen in this state. */
export function can(state: UploadState, type: EventType): boolean {
  const { from, standings } = RULES[type];
  return (
    from?.includes(state.progress.phase) !== false &&
    standings?.includes(state.standing.kind) !== false
  );
}

/** True while the upload is not over, not paused, and proceeds by itself or by `start()`. */
export function isActive({ progress: { phase } }: UploadState): boolean {
  return phase === 'added' || (ACTIVE as readonly Phase[]).includes(phase);
}

/** @throws Error for an event that cannot happen in that state: a defect of the engine. */
export function next(state: UploadState, event: UploadEvent): UploadState {
  if (!can(state, event.type)) {
    const { progress, standing } = state;
    throw new Error(`An upload that is ${progress.phase} and ${standing.kind}: no ${event.type}`);
  }
  const { to } = RULES[event.type];
  return { ...state, ...(to ? { progress: { phase: to } } : {}), ...changes(state, event) };
}

/** What else the event changes, beside the phase that its rule names. */
function changes(state: UploadState, event: UploadEvent): Partial<UploadState> {
  const { standing, progress } = state;
  switch (event.type) {
    case 'open':
      return { wasStarted: true };
    case 'wait':
      return { progress: { phase: progress.phase as ActivePhase, waitingFor: event.for } };
    case 'proceed':
      return { progress: { phase: progress.phase as ActivePhase } };
    case 'pause':
      return {
        progress: { phase: 'paused', resumesAs: progress.phase === 'added' ? 'added' : 'queued' },
      };
    case 'resume':
      return { progress: { phase: progress.phase === 'paused' ? progress.resumesAs : 'queued' } };
    case 'retry':
      return { ...retried(state, event), ...readAgain(event.source) };
    case 'done':
      return { progress: { phase: 'done', result: event.result }, standing: { kind: 'closed' } };
    case 'fail':
      return { progress: { phase: 'failed', error: event.error } };
    case 'expect':
      return isSameTerms(state.terms, event.terms)
        ? {}
        : { terms: event.terms, standing: withoutParts(standing) };
    case 'prepare':
      return { standing: { kind: 'unregistered', parts: event.parts } };
    case 'recognise': {
      const { token, receipts } = event;
      const found: Standing =
        token === undefined
          ? { kind: 'unregistered', ...partsOf(standing) }
          : { kind: 'unconfirmed', token, receipts };
      return { ...renamed(state, event.id), standing: found };
    }
    case 'request':
      return { standing: { kind: 'requested', answer: event.answer, ...partsOf(standing) } };
    case 'refuse':
      return { standing: { kind: 'unregistered', ...partsOf(standing) } };
    case 'agree': {
      const { agreement, parts } = event;
      const isResumed = state.isResumed || parts.found.size > 0;
      return { terms: agreement, isResumed, standing: { kind: 'agreed', agreement, parts } };
    }
    case 'extend': {
      if (standing.kind !== 'agreed') return {};
      const { token, expiresAt } = event;
      const agreement = Object.freeze({ ...standing.agreement, token, expiresAt });
      return { standing: { ...standing, agreement } };
    }
    case 'doubt':
      return { standing: { kind: 'unconfirmed', token: tokenOf(standing), receipts: [] } };
    case 'forget':
      return { standing: { kind: 'unregistered' }, isResumed: false };
    case 'renew':
      return {
        ...renamed(state, event.id),
        standing: { kind: 'unregistered' },
        isResumed: false,
        // Without a token, nothing was ever sent.
        restarts: state.restarts + Number(tokenOf(standing) !== undefined),
      };
    case 'relay':
      return { isRelayed: true };
    case 'hang':
    case 'revive':
      return { hungReads: state.hungReads + (event.type === 'hang' ? 1 : -1) };
    case 'read':
      return { wasRead: true, fingerprint: state.fingerprint ?? event.fingerprint };
    default:
      return {};
  }
}

/** After a failure it continues from what the store holds; one that is a single request begins again. */
function retried(
  { source: former, standing, terms }: UploadState,
  { receipts, source = former }: Extract<UploadEvent, { type: 'retry' }>,
) {
  const token = tokenOf(standing);
  // Without checksums, only its date tells whether a file is still the same.
  const isSame = terms.checksum !== null || source.file.lastModified === former.file.lastModified;
  const canContinue = standing.kind === 'unconfirmed' || terms.plan.kind === 'multipart';
  return isSame && canContinue && (token !== undefined || standing.kind === 'unconfirmed')
    ? { standing: { kind: 'unconfirmed', token, receipts } as const }
    : { standing: { kind: 'unregistered' } as const, isResumed: false };
}

/** Nothing is known yet of a file that was added again. */
function readAgain(source?: FileWithPath): Partial<UploadState> {
  return source ? { source, wasRead: false, fingerprint: undefined } : {};
}

function renamed({ id: former, formerIds }: UploadState, id: string) {
  return id === former ? {} : { id, formerIds: [...formerIds, former] };
}
