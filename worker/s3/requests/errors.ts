/** Errors of the store, by what a caller can do about them. */

/**
 * - `not_found`: the upload is gone (aborted, expired or complete); any 404 except a missing bucket.
 * - `exists`: `If-None-Match` found an object (412).
 * - `conflict`: another write won the race (409); the upload has to start again.
 * - `invalid_part`: a part is missing, too small or has another ETag than the request says.
 * - `checksum_mismatch`: the store computed another checksum or size than the request says.
 * - `too_large`: more bytes than the store accepts.
 * - `full`: the store, or the bucket's quota, has no room left.
 * - `unsupported`: the store cannot do what the settings ask for.
 * - `misconfigured`: credentials, region, bucket, clock or permissions; trying again does not help.
 * - `rejected`: the store refused the request for a reason of its own.
 * - `unavailable`: the store did not answer, or asked to come back later; nothing was done.
 * - `unknown`: the call may or may not have worked. Ask the store (HEAD, ListParts) before you decide.
 */
export type StoreErrorKind =
  | 'not_found'
  | 'exists'
  | 'conflict'
  | 'invalid_part'
  | 'checksum_mismatch'
  | 'too_large'
  | 'full'
  | 'unsupported'
  | 'misconfigured'
  | 'rejected'
  | 'unavailable'
  | 'unknown';

/** Fields of a StoreError. */
export interface StoreErrorFields {
  readonly kind: StoreErrorKind;
  /** The operation: `CompleteMultipartUpload`, `HeadObject`, … */
  readonly operation: string;
  /** S3's `<Code>`, or one of ours if the store sent none (`HTTP502`, `Timeout`). */
  readonly code: string;
  /** HTTP status; absent if there was no answer. */
  readonly status?: number | undefined;
  /** The store's id of the request, for its support. */
  readonly requestId?: string | undefined;
  /** From `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** What the developer should do; English, and free of URLs and secrets. */
  readonly advice?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A failure of the store. It is safe to log: it contains no URL, no credential, and no text of the
 * store's message, which may quote both (`SignatureDoesNotMatch` quotes the canonical request).
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

  /** Whether the same call may succeed later, without any change. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'unknown';
  }
}

/** Whether it is a StoreError, of this kind if one is given. */
export function isStoreError(thrown: unknown, kind?: StoreErrorKind): thrown is StoreError {
  return thrown instanceof StoreError && (kind === undefined || thrown.kind === kind);
}
