/**
 * The contract of both halves: what the page sends and what the Worker answers. The page imports
 * from here alone, so nothing here may weigh anything in its bundle: the schemas that validate
 * requests stay behind in schemas.ts, and only their types come along.
 */
import type { ChecksumAlgorithm } from './protocol/checksum.ts';
import type { Plan } from './protocol/plan.ts';

export type { ChecksumAlgorithm } from './protocol/checksum.ts';
export { isUploadId, uuidv7 } from './protocol/id.ts';
export * from './protocol/limits.ts';
export * from './protocol/plan.ts';
export type {
  CompleteBody,
  CompleteManyBody,
  CreateBody,
  FileEntry,
  PartReceipt,
  SignBody,
} from './protocol/schemas.ts';

/** `GET /policy`: what this caller may upload. */
export interface Policy {
  readonly maxBytes: number;
  readonly minBytes: number;
  /** MIME types, `image/*` wildcards and `.ext` extensions; empty: anything. */
  readonly accept: readonly string[];
  /** Files in one selection; null: any number. */
  readonly maxFiles: number | null;
  /** Checksum algorithm for each part of a multipart upload. */
  readonly checksum: ChecksumAlgorithm | null;
  /** Checksum algorithm for a file that is sent in one request. */
  readonly singleChecksum: ChecksumAlgorithm | null;
  readonly plan: {
    readonly singleMaxBytes: number;
    readonly minPartBytes: number;
    readonly maxPartBytes: number;
    readonly maxParts: number;
  };
  readonly batch: { readonly create: number; readonly sign: number; readonly complete: number };
  /** Hostnames of the bucket; each takes six connections of its own. */
  readonly lanes: number;
  /** Parts may go through the Worker. */
  readonly relay: boolean;
  /** A complete upload may be removed by its owner. */
  readonly removable: boolean;
  /** False on stores that cannot list parts: the page then sends receipts. */
  readonly listParts: boolean;
  /**
   * The same for the same owner, and tells nothing of it: so a page knows whose is what it has
   * remembered. Not for anonymous callers.
   */
  readonly caller?: string;
}

/** One signed request to the store, to be sent as it is. `number` is 1 for a single one. */
export interface SignedRequest {
  readonly number: number;
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  /** Headers to set on the request. The signature covers them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present for a form POST: these fields come first, in this order, then `file`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A part as the store lists it. */
export interface StoredPart {
  readonly number: number;
  readonly bytes: number;
  readonly etag: string;
  readonly checksum?: string;
}

/** One slot of the answer to `POST /uploads`. */
export interface Created {
  readonly id: string;
  /** The upload token: it goes into the `Upload-Token` header of every later call. */
  readonly token: string;
  readonly key: string;
  readonly plan: Plan;
  /** Checksum algorithm of this upload, which may have begun under another policy. */
  readonly checksum: ChecksumAlgorithm | null;
  /** Requests for the first parts: as many as there were checksums, or eight if none are required. */
  readonly requests: readonly SignedRequest[];
  /** Seconds for which `requests` are good, from the moment of the answer. */
  readonly expiresIn: number;
  /** When the upload itself ends, ISO 8601. */
  readonly expiresAt: string;
  /** Present if the upload was complete already, because the Create was sent again. Then `requests` is empty. */
  readonly result?: Result;
}

/** One slot of a batch answer that went wrong. */
export interface Refused {
  readonly id: string;
  readonly problem: Problem;
}

export interface CreateAnswer {
  readonly uploads: readonly (Created | Refused)[];
}

export interface SignAnswer {
  readonly requests: readonly SignedRequest[];
  readonly expiresIn: number;
}

export type UploadState = 'open' | 'complete' | 'aborted' | 'expired';

/** `GET /uploads/:id`. */
export interface UploadStatusAnswer {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly state: UploadState;
  readonly bytes: number;
  readonly plan: Plan;
  readonly checksum: ChecksumAlgorithm | null;
  readonly parts: readonly StoredPart[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly result?: Result;
}

/** `POST /uploads/:id/resume`: a fresh token, and the parts that the store holds. */
export interface ResumeAnswer extends Created {
  readonly parts: readonly StoredPart[];
}

/** A finished upload. */
export interface Result {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly etag: string;
  /** Checksum of the whole object by the upload's algorithm, in base64, if the store keeps one. */
  readonly checksum?: string;
  readonly completedAt: string;
  /** Path at which anyone may read the file while it is listed. Present if the policy makes files public. */
  readonly href?: string;
}

export interface CompleteManyAnswer {
  readonly uploads: readonly (Result | Refused)[];
}

/** One row of `GET /uploads`. */
export interface UploadSummary {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly state: UploadState;
  readonly createdAt: string;
  readonly completedAt?: string;
}

export interface ListAnswer {
  readonly uploads: readonly UploadSummary[];
  readonly cursor?: string;
}

/** `PUT /uploads/:id/parts/:number`; the ETag header says it too. */
export interface RelayAnswer {
  readonly etag: string;
}

/** `GET /uploads/:id/file` for a caller that accepts JSON. */
export interface FileAnswer {
  readonly url: string;
  readonly expiresIn: number;
}

export type ProblemCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'expired'
  | 'too_large'
  | 'type_not_allowed'
  | 'incomplete'
  | 'checksum_mismatch'
  | 'rate_limited'
  | 'store_unavailable'
  | 'misconfigured';

/** RFC 9457 `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** Path to what was wrong in the request, such as `files[0].bytes`. */
  readonly field?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export function isRefused(slot: object): slot is Refused {
  return 'problem' in slot;
}
