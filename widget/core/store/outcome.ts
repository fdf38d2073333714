import type { Renewal } from '../../../worker/protocol.ts';

/** What became of one request, to the store or to the Worker. `faults/` says what to do about it. */
export type Outcome = Stored | Answered | Silence | { readonly kind: 'aborted' };

export interface Stored {
  readonly kind: 'stored';
  /** Undefined if the bucket's CORS rule does not expose the ETag. */
  readonly etag: string | undefined;
  /** The Worker has extended the upload, of which the part went through it. */
  readonly renewal?: Partial<Renewal>;
}

/** An answer that is not a success. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** S3's `<Code>`, or the `code` of a problem. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly requestId?: string | undefined;
  /** The `Authorization` header, if the Worker has refused it and the page can give another one. */
  readonly refusedBearer?: string | undefined;
  /** Seconds that the answer asks to wait. */
  readonly retryAfter?: number | undefined;
}

/**
 * True for an answer that the store, or the Worker, has given itself: its errors have a code. A status
 * without one comes from a proxy, a firewall or a portal in between, and says nothing of the upload.
 */
export function isOwnAnswer(outcome: Outcome): outcome is Answered {
  return outcome.kind === 'answered' && outcome.code !== undefined;
}

/**
 * True for an answer that something in between refuses the request with. An error of a server's, too,
 * may come from a proxy, but then it speaks for the server behind it.
 */
export function isBlocked(outcome: Outcome): boolean {
  return outcome.kind === 'answered' && outcome.code === undefined && outcome.status < 500;
}

/**
 * No answer (status 0), or none in time. The network may be down, the CORS headers may be missing,
 * or the file may be unreadable; a browser does not say which.
 */
export interface Silence {
  readonly kind: 'no-answer' | 'stalled';
  /** Why the request was never sent, if it was not. */
  readonly cause?: unknown;
}
