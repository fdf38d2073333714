/** Schemas of request bodies and queries. The types of the contract are inferred from them. */
import * as v from 'valibot';
import { WHOLE_ALGORITHMS } from './checksum.ts';
import { UPLOAD_ID } from './id.ts';
import {
  MAX_FILES_PER_CREATE,
  MAX_PARTS_PER_SIGN,
  MAX_UPLOADS_PER_COMPLETE,
  MAX_CHECKSUMS_PER_CREATE,
  MAX_LINKS,
  MAX_PART_NUMBER,
  MAX_PATH_BYTES,
} from './limits.ts';

const Bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const PartNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PART_NUMBER));
const ETag = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const Token = v.pipe(v.string(), v.minLength(1), v.maxLength(8192));

/** Base64 of the digest's bytes in network order, as S3's headers have it. */
const Checksum = v.pipe(v.string(), v.maxLength(128), v.base64());

const Algorithm = v.picklist(WHOLE_ALGORITHMS);

/** Of the whole file; a bare value is by the announced algorithm, otherwise by that of the parts. */
export const GivenChecksum = v.union([
  Checksum,
  v.strictObject({ algorithm: Algorithm, value: Checksum }),
]);
/** The six canned ones of https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
export const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;
export type CannedAcl = (typeof CANNED_ACLS)[number];

/** The page makes the id before its first attempt, so that a Create can be repeated. RFC 9562. */
export const UploadId = v.pipe(v.string(), v.regex(UPLOAD_ID));

export const FileEntry = v.strictObject({
  id: UploadId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  /** Where the file was in the folder that its user chose: `photos/2026/a.jpg`. */
  path: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PATH_BYTES))),
  bytes: Bytes,
  /** MIME type as the browser reported it; may be empty. */
  type: v.pipe(v.string(), v.maxLength(255)),
  metadata: v.optional(v.record(v.string(), v.string())),
  /** One of the ACLs that the policy allows; without it, the first of them. */
  acl: v.optional(v.picklist(CANNED_ACLS)),
  /** Largest part that the caller’s line is likely to carry at once; the plan keeps to the limits. */
  mostPartBytes: v.optional(Bytes),
  /** Checksums of the first parts, in order. */
  checksums: v.optional(v.pipe(v.array(Checksum), v.maxLength(MAX_CHECKSUMS_PER_CREATE))),
  /** Checksum of the whole file, to be verified. Without a value, Complete has to give it. */
  checksum: v.optional(v.strictObject({ algorithm: Algorithm, value: v.optional(Checksum) })),
});
export type FileEntry = v.InferOutput<typeof FileEntry>;

/** `POST /uploads`. Each entry is validated in its own slot: one bad file does not sink the rest. */
export const CreateBody = v.strictObject({
  files: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(MAX_FILES_PER_CREATE)),
});
export interface CreateBody {
  readonly files: readonly FileEntry[];
}

/** A size in a form, where it is text. */
const BytesAsText = v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), Bytes);

/** `POST /uploads` with a form-encoded body: one file. */
export const PlainCreateBody = v.strictObject({
  name: FileEntry.entries.name,
  bytes: v.exactOptional(BytesAsText),
  /** The same as `bytes`. */
  size: v.exactOptional(BytesAsText),
  type: v.exactOptional(FileEntry.entries.type),
  path: v.exactOptional(FileEntry.entries.path.wrapped),
  acl: v.exactOptional(FileEntry.entries.acl.wrapped),
  id: v.exactOptional(UploadId),
});
export type PlainCreateBody = v.InferOutput<typeof PlainCreateBody>;

const PartReceipt = v.strictObject({
  number: PartNumber,
  etag: ETag,
  checksum: v.optional(Checksum),
});
/** The store's answer to one part. */
export type PartReceipt = v.InferOutput<typeof PartReceipt>;

/** `POST /uploads/:id/sign`. */
export const SignBody = v.strictObject({
  /** The parts to sign requests for. */
  parts: v.pipe(
    v.array(v.strictObject({ number: PartNumber, checksum: v.optional(Checksum) })),
    v.minLength(1),
    v.maxLength(MAX_PARTS_PER_SIGN),
  ),
  /** Receipts since the last call, kept for stores that cannot list parts. */
  stored: v.optional(v.pipe(v.array(PartReceipt), v.maxLength(MAX_PART_NUMBER))),
});
export type SignBody = v.InferOutput<typeof SignBody>;

/** What looks like a code of S3's, or like the id of a request. */
const Word = v.pipe(v.string(), v.regex(/^[\w.:+/=-]{1,128}$/));

/** `POST /report`: what the store answered to the page. */
export const ReportBody = v.strictObject({
  /** HTTP status; 0 for an answer that the page could not read, or none. */
  status: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(599)),
  /** S3's `<Code>`. */
  code: v.optional(Word),
  /** The store's id of the request. */
  requestId: v.optional(Word),
  /** Id of the upload. */
  upload: v.optional(UploadId),
  /** Number of the part. */
  part: v.optional(PartNumber),
});
export type ReportBody = v.InferOutput<typeof ReportBody>;

/** `POST /uploads/:id/complete`. */
export const CompleteBody = v.strictObject({
  /** Receipts of all parts, for stores that cannot list them. */
  parts: v.optional(v.pipe(v.array(PartReceipt), v.maxLength(MAX_PART_NUMBER))),
  /** Checksum of the whole file: verified, or refused. */
  checksum: v.optional(GivenChecksum),
});
export type CompleteBody = v.InferOutput<typeof CompleteBody>;

/** `POST /uploads/:id/complete` with a form-encoded body: the ETag of the one part. */
export const PlainCompleteBody = v.strictObject({ etag: ETag });

/**
 * `POST /uploads/complete`: uploads that were sent in one request; `etag` is the store's answer.
 */
export const CompleteManyBody = v.strictObject({
  uploads: v.pipe(
    v.array(
      v.strictObject({
        id: UploadId,
        token: Token,
        etag: v.optional(ETag),
        checksum: v.optional(GivenChecksum),
      }),
    ),
    v.minLength(1),
    v.maxLength(MAX_UPLOADS_PER_COMPLETE),
  ),
});
export type CompleteManyBody = v.InferOutput<typeof CompleteManyBody>;

/** The query of `GET /uploads`. */
export const ListQuery = v.object({
  /** Says how much of each open upload the store holds; then a page has at most 20 uploads. */
  stored: v.exactOptional(v.picklist(['true', 'false'])),
  state: v.exactOptional(v.picklist(['open', 'verifying', 'complete', 'aborted', 'expired'])),
  cursor: v.exactOptional(v.pipe(v.string(), v.maxLength(2048))),
  limit: v.exactOptional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
  ),
});

const Presentation = v.exactOptional(v.picklist(['inline', 'attachment']));

/** The query of `GET /uploads/:id/file`. */
export const FileQuery = v.object({ disposition: Presentation });

/** `POST /uploads/links`. */
export const LinksBody = v.strictObject({
  ids: v.pipe(v.array(UploadId), v.minLength(1), v.maxLength(MAX_LINKS)),
  disposition: Presentation,
});
export type LinksBody = v.InferOutput<typeof LinksBody>;
