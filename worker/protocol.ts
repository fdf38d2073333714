/**
 * The contract: what the page sends and what the Worker answers. The page imports only from here,
 * so nothing here may add to its bundle unless it is used: the schemas that validate requests stay in schemas.ts, and
 * only their types are exported.
 */
import type { ChecksumAlgorithm, FileChecksum, WholeAlgorithm } from './protocol/checksum.ts';
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
  /** Checksums of whole files that the Worker verifies. */
  readonly wholeChecksums: {
    /** Algorithms of the parts whose value for the whole file the store compares at Complete. */
    readonly free: readonly WholeAlgorithm[];
    /** Size of the largest file that is read back to verify any other. */
    readonly maxBytes: number;
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

/** `verifying`: everything is stored, and the checksum of the whole file is being verified. */
export type UploadState = 'open' | 'verifying' | 'complete' | 'aborted' | 'expired';

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
  /** How much of the file has been read back; present while the state is `verifying`. */
  readonly verifiedBytes?: number;
  readonly result?: Result;
}

/** `POST /uploads/:id/resume`: a new token, and the parts that the store has. */
export interface ResumeAnswer extends Created {
  readonly parts: readonly StoredPart[];
}

/**
 * Who computed the checksum of the whole file: the store, from the bytes that it received; or the
 * Worker, from the checksums of the parts or by reading the object.
 */
export type VerifiedBy = 'store' | 'worker';

/** A checksum that holds for the stored file. */
export interface VerifiedChecksum extends FileChecksum {
  readonly verifiedBy: VerifiedBy;
}

/**
 * The answer to a Complete, with status 202, while the Worker is still reading the object. Send the
 * same Complete again to learn the result.
 */
export interface Verifying {
  readonly id: string;
  readonly state: 'verifying';
  readonly bytes: number;
  readonly verifiedBytes: number;
  /** Delay before the next Complete, in seconds. */
  readonly retryAfter: number;
}

/** A completed upload. */
export interface Result {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly etag: string;
  /** Checksum of the whole file in base64, if it was verified. */
  readonly checksum?: string;
  /** Algorithm of `checksum`. */
  readonly checksumAlgorithm?: WholeAlgorithm;
  readonly verifiedBy?: VerifiedBy;
  readonly completedAt: string;
  /** Path at which anyone may read the file while it is listed. Present if the policy makes files public. */
  readonly href?: string;
}

export interface CompleteManyAnswer {
  readonly uploads: readonly (Result | Verifying | Refused)[];
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
  /** As in `Result`. Absent from a row that is too long. */
  readonly checksum?: string;
  readonly checksumAlgorithm?: WholeAlgorithm;
  readonly verifiedBy?: VerifiedBy;
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

export function isVerifying(answer: object): answer is Verifying {
  return 'state' in answer && answer.state === 'verifying';
}

/** The fields that tell of a verified checksum. */
export function checksumFields({
  checksum,
  checksumAlgorithm,
  verifiedBy,
}: Pick<Result, 'checksum' | 'checksumAlgorithm' | 'verifiedBy'>): Pick<
  Result,
  'checksum' | 'checksumAlgorithm' | 'verifiedBy'
> {
  return {
    ...(checksum === undefined ? {} : { checksum }),
    ...(checksumAlgorithm === undefined ? {} : { checksumAlgorithm }),
    ...(verifiedBy === undefined ? {} : { verifiedBy }),
  };
}

export function isRefused(slot: object): slot is Refused {
  return 'problem' in slot;
}
