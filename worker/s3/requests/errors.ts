/** What went wrong between the Worker and the store, in terms of what a caller can do about it. */

/**
 * - `not_found`: the upload is gone (aborted, expired, or complete); any 404 but a missing bucket.
 * - `exists`: `If-None-Match` met an object (412).
 * - `conflict`: another write won the race (409); the upload has to start again.
 * - `invalid_part`: a part is missing, too small or has another ETag than was said.
 * - `checksum_mismatch`: the store computed another checksum or size than was said.
 * - `too_large`: more than the store takes.
 * - `unsupported`: the store cannot do what the settings ask for.
 * - `misconfigured`: credentials, region, bucket, clock or permissions; trying again is futile.
 * - `rejected`: the store refused the request for a reason of its own.
 * - `unavailable`: the store did not answer, or asked to come back later; nothing was done.
 * - `unknown`: the call may or may not have done its work. Look (HEAD, ListParts) before you judge.
 */
export type StoreErrorKind =
  | 'not_found'
  | 'exists'
  | 'conflict'
  | 'invalid_part'
  | 'checksum_mismatch'
  | 'too_large'
  | 'unsupported'
  | 'misconfigured'
  | 'rejected'
  | 'unavailable'
  | 'unknown';

/** What a StoreError is made of. */
export interface StoreErrorFields {
  readonly kind: StoreErrorKind;
  /** What was being done: `CompleteMultipartUpload`, `HeadObject`, … */
  readonly operation: string;
  /** S3's `<Code>`, or one of ours where the store gave none (`HTTP502`, `Timeout`). */
  readonly code: string;
  /** HTTP status; absent where no answer came. */
  readonly status?: number | undefined;
  /** The store's, for its operator's support. */
  readonly requestId?: string | undefined;
  /** From `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** What the developer should do; English, and free of URLs and secrets. */
  readonly advice?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Every failure of the store. Holds no URL, no credential and nothing of the store's message, which
 * may quote both (`SignatureDoesNotMatch` quotes the canonical request): it can be logged as it is.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;
  readonly operation: string;
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly advice: string | undefined;

  constructor(fields: StoreErrorFields) {
    const status = fields.status === undefined ? '' : ` (${fields.status})`;
    const advice = fields.advice === undefined ? '' : `: ${fields.advice}`;
    super(`${fields.operation}: ${fields.code}${status}${advice}`, { cause: fields.cause });
    this.kind = fields.kind;
    this.operation = fields.operation;
    this.code = fields.code;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.advice = fields.advice;
  }

  /** The same call may succeed later, with nothing changed. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'unknown';
  }
}

export function isStoreError(thrown: unknown, kind?: StoreErrorKind): thrown is StoreError {
  return thrown instanceof StoreError && (kind === undefined || thrown.kind === kind);
}
