/**
 * The contract of both halves: what the page sends and what the Worker answers. The schemas
 * validate requests in the Worker; the page takes only the types and the part plan.
 */
import * as v from 'valibot';
import type { Plan } from './plan.ts';

export * from './plan.ts';

/** Most files in one `POST /uploads`. */
export const MAX_FILES_PER_CREATE = 100;
/** Most parts in one `POST /uploads/:id/sign`. */
export const MAX_PARTS_PER_SIGN = 500;
/** Most uploads in one `POST /uploads/complete`: each costs a HEAD, and Workers Free allows 50. */
export const MAX_UPLOADS_PER_COMPLETE = 45;
/** Checksums of the first parts that may travel with a Create. */
export const MAX_CHECKSUMS_PER_CREATE = 8;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PART_NUMBER = 10_000;

const Bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const PartNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PART_NUMBER));
const ETag = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const Token = v.pipe(v.string(), v.minLength(1), v.maxLength(8192));

/** Base64 of the digest's bytes in network order, as S3's headers have it. */
const Checksum = v.pipe(v.string(), v.maxLength(128), v.base64());

/** Made by the page before the first attempt, so that a Create can be sent again. RFC 9562. */
export const UploadId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
);

/** The checksum that a store checks for each part; null where checksums are off. */
export type ChecksumAlgorithm = 'crc64nvme' | 'crc32c' | 'md5' | 'sha256';

export const FileEntry = v.strictObject({
  id: UploadId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  bytes: Bytes,
  /** MIME type as the browser gave it; may be empty. */
  type: v.pipe(v.string(), v.maxLength(255)),
  metadata: v.optional(v.record(v.string(), v.string())),
  /** Of the first parts, in order. */
  checksums: v.optional(v.pipe(v.array(Checksum), v.maxLength(MAX_CHECKSUMS_PER_CREATE))),
});
export type FileEntry = v.InferOutput<typeof FileEntry>;

/** `POST /uploads`. Each entry is validated in its own slot: one bad file does not sink the rest. */
export const CreateBody = v.strictObject({
  files: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(MAX_FILES_PER_CREATE)),
});
export interface CreateBody {
  readonly files: readonly FileEntry[];
}

const PartReceipt = v.strictObject({
  number: PartNumber,
  etag: ETag,
  checksum: v.optional(Checksum),
});
/** What the store answered for a part. */
export type PartReceipt = v.InferOutput<typeof PartReceipt>;

/** `POST /uploads/:id/sign`. */
export const SignBody = v.strictObject({
  parts: v.pipe(
    v.array(v.strictObject({ number: PartNumber, checksum: v.optional(Checksum) })),
    v.minLength(1),
    v.maxLength(MAX_PARTS_PER_SIGN),
  ),
  /** Receipts since the last call, kept for stores that cannot list parts. */
  stored: v.optional(v.pipe(v.array(PartReceipt), v.maxLength(MAX_PART_NUMBER))),
});
export type SignBody = v.InferOutput<typeof SignBody>;

/** `POST /uploads/:id/complete`. */
export const CompleteBody = v.strictObject({
  parts: v.optional(v.pipe(v.array(PartReceipt), v.maxLength(MAX_PART_NUMBER))),
  /** Of the whole file, where the algorithm's parts combine into one. */
  checksum: v.optional(Checksum),
});
export type CompleteBody = v.InferOutput<typeof CompleteBody>;

/** `POST /uploads/complete`: uploads of one request each. */
export const CompleteManyBody = v.strictObject({
  uploads: v.pipe(
    v.array(v.strictObject({ id: UploadId, token: Token, etag: v.optional(ETag) })),
    v.minLength(1),
    v.maxLength(MAX_UPLOADS_PER_COMPLETE),
  ),
});
export type CompleteManyBody = v.InferOutput<typeof CompleteManyBody>;

/** `GET /policy`: what this caller may upload. */
export interface Policy {
  readonly maxBytes: number;
  readonly minBytes: number;
  /** MIME types, `image/*` wildcards and `.ext` extensions; empty: anything. */
  readonly accept: readonly string[];
  /** Files in one selection; null: any number. */
  readonly maxFiles: number | null;
  readonly checksum: ChecksumAlgorithm | null;
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
}

/** One signed request to the store, to be sent as it is. `number` is 1 for a single one. */
export interface SignedRequest {
  readonly number: number;
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  /** To be set on the request; the signature covers them. */
  readonly headers: Readonly<Record<string, string>>;
  /** A form POST: these fields first, in order, then `file`. */
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
  readonly checksum: ChecksumAlgorithm | null;
  /** Of the first parts; as many as checksums came along, or eight where none are wanted. */
  readonly requests: readonly SignedRequest[];
  /** Seconds for which `requests` are good, from the moment of the answer. */
  readonly expiresIn: number;
  /** When the upload itself ends, ISO 8601. */
  readonly expiresAt: string;
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
  /** Of the whole object, base64, where the store keeps one. */
  readonly checksum?: string;
  readonly completedAt: string;
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
