/** What can happen to an upload, and in which phases. Pure data. */
import type { Result, StoredPart } from '../../../worker/protocol.ts';
import type { UploadError } from '../errors.ts';
import type { TransformStep } from '../page-functions.ts';
import type { Edits, FileWithPath, WaitReason } from '../types.ts';
import type { Parts } from './parts.ts';
import type { Standing } from './standing.ts';
import type { Agreement, Terms } from './terms.ts';

/** Phases in which an upload proceeds by itself. */
export type ActivePhase =
  /** Its validators have been asked, and have not all answered. */
  | 'checking'
  /** In the queue. */
  | 'queued'
  /** The page's transforms make the file that is sent. */
  | 'transforming'
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

export type Phase = ActivePhase | 'added' | 'paused' | 'done' | 'failed' | 'undoable' | 'cancelled';

/** What the upload is doing. */
export type Progress =
  /** Not started: it waits for `start()`. */
  | { readonly phase: 'added' }
  /** `waitingFor` is set while all of its requests wait for the same thing. */
  | { readonly phase: Exclude<ActivePhase, 'transforming'>; readonly waitingFor?: WaitReason }
  | { readonly phase: 'transforming'; readonly step: TransformStep }
  | { readonly phase: 'paused'; readonly resumesAs: 'added' | 'queued' | 'checking' }
  | { readonly phase: 'done'; readonly result: Result }
  | { readonly phase: 'failed'; readonly error: UploadError }
  /** Cancelled, and kept on the store until then, in milliseconds since 1970. */
  | { readonly phase: 'undoable'; readonly undoUntilMs: number; readonly before: Progress }
  | { readonly phase: 'cancelled' };

export type UploadEvent =
  /** The validators have nothing against the file. */
  | { readonly type: 'admit'; readonly isAutomatic: boolean }
  | { readonly type: 'start' }
  /** A listener has refused the start. */
  | { readonly type: 'hold' }
  /** Its turn has come. */
  | { readonly type: 'open' }
  | { readonly type: 'transform'; readonly step: TransformStep }
  /** The file that is sent in the place of the chosen one. */
  | { readonly type: 'transformed'; readonly file: File }
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
  /** `source`: the same file, added again; it may have to be checked first. */
  | {
      readonly type: 'retry';
      readonly receipts: readonly StoredPart[];
      readonly isChecking?: boolean | undefined;
      readonly source?: FileWithPath | undefined;
    }
  | { readonly type: 'withdraw' }
  /** Cancelled in such a way that it can be undone until then, in milliseconds since 1970. */
  | { readonly type: 'discard'; readonly undoUntilMs: number }
  | { readonly type: 'undo' }
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
  | { readonly type: 'read'; readonly fingerprint?: string }
  /** Another name or other metadata, before the Worker knows it. */
  | { readonly type: 'edit'; readonly edits: Edits };

type EventType = UploadEvent['type'];

interface Rule {
  /** @default any phase */
  readonly from?: readonly Phase[];
  readonly standings?: readonly Standing['kind'][];
  /** The new phase, if the event carries nothing that belongs to it. */
  readonly to?: Exclude<ActivePhase, 'transforming'> | 'added' | 'cancelled';
}

const BEFORE_SENDING = ['claiming', 'creating', 'reconciling'] as const;
const BEFORE_COMPLETING = [...BEFORE_SENDING, 'hashing', 'sending'] as const;
const WORKING = ['transforming', ...BEFORE_COMPLETING, 'completing'] as const;
/** Phases in which an upload can wait for something. */
const MOVING = ['queued', ...BEFORE_COMPLETING, 'completing', 'withdrawing'] as const;
/** Phases in which an upload proceeds by itself. */
export const ACTIVE = ['checking', 'queued', ...WORKING, 'withdrawing'] as const;
const BEFORE_END = ['added', ...ACTIVE, 'paused', 'failed', 'undoable'] as const;

/** Every transition that can happen. */
export const RULES: { readonly [type in EventType]: Rule } = {
  admit: { from: ['checking', 'paused'] },
  start: { from: ['added'], to: 'queued' },
  hold: { from: ['queued'], to: 'added' },
  open: { from: ['queued'], to: 'claiming' },
  transform: { from: ['claiming', 'transforming'], standings: ['unregistered', 'unconfirmed'] },
  transformed: { from: ['transforming'], to: 'claiming' },
  create: { from: ['claiming'], to: 'creating', standings: ['requested', 'agreed'] },
  reconcile: { from: ['claiming'], to: 'reconciling', standings: ['unconfirmed'] },
  hash: { from: BEFORE_SENDING, to: 'hashing', standings: ['agreed'] },
  send: { from: ['hashing'], to: 'sending', standings: ['agreed'] },
  complete: { from: ['hashing', 'sending'], to: 'completing', standings: ['agreed'] },
  restart: { from: WORKING, to: 'claiming' },
  wait: { from: MOVING },
  proceed: { from: MOVING },
  // Not while completing: the store is putting the parts together already.
  pause: { from: ['added', 'checking', 'queued', 'transforming', ...BEFORE_COMPLETING] },
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
  edit: { from: ['added', 'checking', 'queued', 'paused', 'failed'], standings: ['unregistered'] },
};
