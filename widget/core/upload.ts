/** One file's life: its states, and the one function that changes them. Pure. */
import type { Result } from '../../worker/protocol.ts';
import type { UploadError } from './errors.ts';

/** What an upload is at; `waiting` is a break within one of the first four. */
export type Phase =
  | 'queued'
  | 'hashing'
  | 'uploading'
  | 'completing'
  | 'paused'
  | 'done'
  | 'failed'
  | 'cancelled';

export type Awaited = 'online' | 'store' | 'signer';

export type UploadState =
  | { readonly status: Exclude<Phase, 'done' | 'failed'> }
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

const BUSY: readonly Phase[] = ['queued', 'hashing', 'uploading', 'completing'];

const FROM: { readonly [type in UploadEvent['type']]: readonly Phase[] } = {
  open: ['queued'],
  // From completing: the store turned out to lack a part.
  send: ['hashing', 'uploading', 'completing'],
  complete: ['hashing', 'uploading', 'completing'],
  wait: BUSY,
  proceed: BUSY,
  // Not from completing: the store is at it already.
  pause: ['queued', 'hashing', 'uploading'],
  requeue: ['paused', 'failed'],
  cancel: [...BUSY, 'paused', 'failed'],
  // From hashing: an earlier visit had completed it.
  done: ['completing', 'hashing'],
  fail: BUSY,
};

const TO: { readonly [type in UploadEvent['type']]?: Exclude<Phase, 'done' | 'failed'> } = {
  open: 'hashing',
  send: 'uploading',
  complete: 'completing',
  pause: 'paused',
  requeue: 'queued',
  cancel: 'cancelled',
};

export function phaseOf(state: UploadState): Phase {
  return state.status === 'waiting' ? state.phase : state.status;
}

export function can(state: UploadState, type: UploadEvent['type']): boolean {
  return FROM[type].includes(phaseOf(state));
}

/** True while it goes on by itself. */
export function isActive(state: UploadState): boolean {
  return BUSY.includes(phaseOf(state));
}

/** @throws Error for what cannot happen in that state: a defect of the engine. */
export function next(state: UploadState, event: UploadEvent): UploadState {
  const phase = phaseOf(state);
  if (!can(state, event.type)) throw new Error(`An upload that is ${phase} cannot ${event.type}.`);
  if (event.type === 'done') return { status: 'done', result: event.result };
  if (event.type === 'fail') return { status: 'failed', error: event.error };
  if (event.type === 'wait') return { status: 'waiting', for: event.for, phase };
  return { status: TO[event.type] ?? (phase as Exclude<Phase, 'done' | 'failed'>) };
}
