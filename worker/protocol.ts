/**
 * The contract: what the page sends and what the Worker answers. The page imports only from here,
 * so nothing here may add to its bundle unless it is used: the schemas that validate requests stay in schemas.ts, and
 * only their types are exported.
 */
import type { ChecksumAlgorithm } from './protocol/checksum.ts';
import type { Plan } from './protocol/plan.ts';

export type { ChecksumAlgorithm, FileChecksum, WholeAlgorithm } from './protocol/checksum.ts';
export * from './protocol/hashing/index.ts';
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
  /** MIME types, `image/*` wildcards and `.ext` extensions. Empty: any file. */
  readonly accept: readonly string[];
  /** Number of files in one selection. Null: any number. */
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
  /** Number of hostnames of the bucket. Each takes six connections of its own. */
  readonly lanes: number;
  /** Whether parts may go through the Worker. */
  readonly relay: boolean;
  /** Whether the owner may remove a complete upload. */
  readonly removable: boolean;
  /** False for stores that cannot list parts: the page then sends receipts. */
  readonly listParts: boolean;
  /**
   * Identifies the owner without revealing anything about them, so that a page knows whose uploads
   * it has remembered. Absent for anonymous callers.
   */
  readonly caller?: string;
}

/** One signed request to the store, to be sent unchanged. `number` is 1 for a single request. */
export interface SignedRequest {
  readonly number: number;
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  /** Headers to set on the request. The signature covers them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present for a form POST: these fields come first, in this order, then `file`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A part that the store has listed. */
export interface StoredPart {
  readonly number: number;
  readonly bytes: number;
  readonly etag: string;
  readonly checksum?: string;
}

/** One successful slot of the answer to `POST /uploads`. */
export interface Created {
  readonly id: string;
  /** The upload token, for the `Upload-Token` header of every later call. */
  readonly token: string;
  readonly key: string;
  readonly plan: Plan;
  /** Checksum algorithm of this upload, which may have begun under another policy. */
  readonly checksum: ChecksumAlgorithm | null;
  /** Requests for the first parts: as many as there were checksums, or eight if none are required. */
  readonly requests: readonly SignedRequest[];
  /** How long `requests` are valid, in seconds from the moment of the answer. */
  readonly expiresIn: number;
  /** When the upload itself expires, ISO 8601. */
  readonly expiresAt: string;
  /** Present if the upload was complete already, because the Create was sent again. Then `requests` is empty. */
  readonly result?: Result;
}

/** One failed slot of a batch answer. */
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

/** `POST /uploads/:id/resume`: a new token, and the parts that the store has. */
export interface ResumeAnswer extends Created {
  readonly parts: readonly StoredPart[];
}

/** A completed upload. */
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

/** `PUT /uploads/:id/parts/:number`. The ETag header has the same value. */
export interface RelayAnswer {
  readonly etag: string;
}

/** `GET /uploads/:id/file`, for a caller that accepts JSON. */
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
  /** Path to the invalid value in the request, such as `files[0].bytes`. */
  readonly field?: string;
  /** Delay before a retry, in seconds. */
  readonly retryAfter?: number;
}

export function isRefused(slot: object): slot is Refused {
  return 'problem' in slot;
}
