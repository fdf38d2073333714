/** What an upload can be doing, and what can happen to it. */
import type { Result, StoredPart } from '../../../../worker/protocol.ts';
import type { UploadError } from '../../errors.ts';
import type { TransformStep } from '../../page-functions.ts';
import type { Edits, FileWithPath, WaitReason } from '../../types.ts';
import type { Parts } from '../parts.ts';
import type { Agreement, Terms } from '../terms.ts';

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

/** What can happen while nothing is sent, also before the code that sends is loaded. */
export type PageEvent =
  | { readonly type: 'start' }
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
  | { readonly type: 'fail'; readonly error: UploadError }
  /** Another name or other metadata, before the Worker knows it. */
  | { readonly type: 'edit'; readonly edits: Edits };

/** What can happen only by the code that checks and sends. */
export type SendingEvent =
  /** The validators have nothing against the file. */
  | { readonly type: 'admit'; readonly isAutomatic: boolean }
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
  | { readonly type: 'done'; readonly result: Result }
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

export type UploadEvent = PageEvent | SendingEvent;
