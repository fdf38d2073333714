/** One file's life: its states, and the one function that changes them. Pure. */
import type { Result } from '../../worker/protocol.ts';
import type { UploadError } from './errors.ts';

type Plain = 'queued' | 'hashing' | 'uploading' | 'completing' | 'paused' | 'cancelled';

/** What an upload is at; `waiting` is a break within one of the first four. */
export type Phase = Plain | 'done' | 'failed';

export type Awaited = 'online' | 'store' | 'signer';

export type UploadState =
  | { readonly status: Plain }
  | { readonly status: 'waiting'; readonly for: Awaited; readonly phase: Phase }
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'failed'; readonly error: UploadError };

export type UploadEvent =
  /** Its turn has come: fingerprint, first checksums, Create. */
  | { readonly type: 'open' }
  | { readonly type: 'send' }
  /** All parts are stored. */
  | { readonly type: 'complete' }
  | { readonly type: 'wait'; readonly for: Awaited }
  /** The waiting is over. */
  | { readonly type: 'proceed' }
  | { readonly type: 'pause' }
  /** After a pause, or after a failure. */
  | { readonly type: 'requeue' }
  | { readonly type: 'cancel' }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'fail'; readonly error: UploadError };

const BUSY = 'queued hashing uploading completing';

/** From which phases, and, where an event carries nothing, to which. */
const MOVES: { readonly [type in UploadEvent['type']]: readonly [from: string, to?: Plain] } = {
  open: ['queued', 'hashing'],
  // From completing: the store turned out to lack a part.
  send: ['hashing uploading completing', 'uploading'],
  complete: ['hashing uploading completing', 'completing'],
  wait: [BUSY],
  proceed: [BUSY],
  // Not from completing: the store is at it already.
  pause: ['queued hashing uploading', 'paused'],
  requeue: ['paused failed', 'queued'],
  cancel: [`${BUSY} paused failed`, 'cancelled'],
  // From hashing or uploading: an earlier visit, or a call whose answer was lost, had completed it.
  done: ['hashing uploading completing'],
  fail: [BUSY],
};

export function phaseOf(state: UploadState): Phase {
  return state.status === 'waiting' ? state.phase : state.status;
}

export function can(state: UploadState, type: UploadEvent['type']): boolean {
  return MOVES[type][0].includes(phaseOf(state));
}

/** True while it goes on by itself. */
export function isActive(state: UploadState): boolean {
  return can(state, 'wait');
}

/** @throws Error for what cannot happen in that state: a defect of the engine. */
export function next(state: UploadState, event: UploadEvent): UploadState {
  const phase = phaseOf(state);
  const { type } = event;
  if (!can(state, type)) throw new Error(`${phase}: cannot ${type}`);
  if (type === 'done') return { status: type, result: event.result };
  if (type === 'fail') return { status: 'failed', error: event.error };
  if (type === 'wait') return { status: 'waiting', for: event.for, phase };
  return { status: MOVES[type][1] ?? (phase as Plain) };
}
