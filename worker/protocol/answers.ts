/**
 * Schemas of the Worker's answers, for the OpenAPI document and the tests. The types of the contract
 * are inferred from them.
 */
import * as v from 'valibot';
import { ProblemSchema } from './problems.ts';
import {
  FilePath,
  ResultSchema,
  Time,
  VerifiedFields,
  VerifyingSchema,
  WholeAlgorithms,
} from './result.ts';
import type { DeepReadonly } from './util/deep-readonly.ts';

const about = v.description;
const Size = v.pipe(v.number(), v.integer(), v.minValue(0));
const Seconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const Count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Algorithm = v.nullable(v.picklist(['crc64nvme', 'crc32c', 'md5', 'sha256']));
const Texts = v.record(v.string(), v.string());
const State = v.picklist(['open', 'verifying', 'complete', 'aborted', 'expired']);
const StoreExpiry = v.pipe(
  v.nullable(Seconds),
  about('When the store deletes the upload if it is not complete, in Unix seconds. Null: never.'),
);

/**
 * State of an upload. `verifying`: everything is stored, and the checksum of the whole file is being
 * verified.
 */
export type UploadState = v.InferOutput<typeof State>;

const PlanSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('single'), bytes: Size }),
  v.strictObject({
    kind: v.literal('multipart'),
    bytes: Size,
    partBytes: Count,
    /** Number of parts. */
    parts: Count,
  }),
]);
/** How a file is divided. Every part except the last has `partBytes` bytes, which R2 requires. */
export type Plan = DeepReadonly<v.InferOutput<typeof PlanSchema>>;

const RequestSchema = v.strictObject({
  /** Number of the part; 1 for a single request. */
  number: Count,
  method: v.picklist(['PUT', 'POST']),
  url: v.pipe(v.string(), v.url()),
  /** Headers to set on the request. The signature covers them. */
  headers: v.pipe(Texts, about('Headers to set on the request. The signature covers them.')),
  /** Present for a form POST: these fields come first, in this order, then `file`. */
  fields: v.exactOptional(
    v.pipe(Texts, about('Fields of a form: first these, in this order, then `file`.')),
  ),
});
/** One signed request to the store, to be sent unchanged. */
export type SignedRequest = DeepReadonly<v.InferOutput<typeof RequestSchema>>;

const PartSchema = v.strictObject({
  number: Count,
  bytes: Size,
  etag: v.string(),
  checksum: v.exactOptional(v.string()),
});
/** A part that the store has. */
export type StoredPart = DeepReadonly<v.InferOutput<typeof PartSchema>>;

export const PolicySchema = v.strictObject({
  maxBytes: Size,
  minBytes: Size,
  /** MIME types, `image/*` wildcards and `.ext` extensions. Empty: any file. */
  accept: v.pipe(v.array(v.string()), about('Syntax of `<input accept>`. Empty: any file.')),
  /** Names of the metadata that a page may set. Absent from Workers of an earlier version. */
  metadata: v.exactOptional(
    v.pipe(v.array(v.string()), about('Names of the metadata that a page may set.')),
  ),
  /** Number of files in one selection. Null: any number. */
  maxFiles: v.nullable(Size),
  /** Checksum algorithm for each part of a multipart upload. */
  checksum: v.pipe(Algorithm, about('Algorithm for each part of a multipart upload.')),
  /** Checksum algorithm for a file that is sent in one request. */
  singleChecksum: v.pipe(Algorithm, about('Algorithm for a file that is sent in one request.')),
  plan: v.strictObject({
    singleMaxBytes: Size,
    minPartBytes: Size,
    maxPartBytes: Size,
    maxParts: Count,
  }),
  /** Checksums of whole files that the Worker verifies. */
  wholeChecksums: v.strictObject({
    /** The store itself compares the value of the whole file by these, at Complete. */
    free: v.pipe(
      v.array(WholeAlgorithms),
      about('The store itself compares the value of the whole file by these.'),
    ),
    /** Size of the largest file that is read back to verify any other. */
    maxBytes: v.pipe(Size, about('Largest file that is read back to verify any other.')),
  }),
  batch: v.strictObject({ create: Count, sign: Count, complete: Count }),
  /** Number of hostnames of the bucket. Each takes six connections of its own. */
  lanes: Count,
  /** Where the page will send parts, so that it can connect in time. */
  origins: v.exactOptional(
    v.pipe(v.array(v.string()), about('Where parts will be sent, to connect in time.')),
  ),
  /** Whether parts may go through the Worker. */
  relay: v.boolean(),
  /** Whether the owner may remove a complete upload. */
  removable: v.boolean(),
  /** False for stores that cannot list parts: the page then sends receipts. */
  listParts: v.boolean(),
  /**
   * Identifies the owner without revealing anything about them, so that a page knows whose uploads
   * it has remembered. Absent for anonymous callers.
   */
  caller: v.exactOptional(
    v.pipe(v.string(), about('Identifies the owner without revealing anything about them.')),
  ),
});
/** `GET /policy`: what this caller may upload. */
export type Policy = DeepReadonly<v.InferOutput<typeof PolicySchema>>;

const RefusedSchema = v.strictObject({ id: v.string(), problem: ProblemSchema });
/** One failed slot of a batch answer. */
export type Refused = DeepReadonly<v.InferOutput<typeof RefusedSchema>>;

const Renewal = {
  /** Replaces the upload token. The earlier one stays valid until it expires. */
  token: v.exactOptional(v.pipe(v.string(), about('A new upload token, at most once an hour.'))),
  /** When the upload expires from now on, ISO 8601. */
  expiresAt: v.exactOptional(Time),
};
const RenewalSchema = v.strictObject(Renewal);
/** Present in an answer if the call has extended the upload. */
export type Renewal = DeepReadonly<v.InferOutput<typeof RenewalSchema>>;

export const SignAnswerSchema = v.strictObject({
  requests: v.array(RequestSchema),
  /** How long `requests` are valid, in seconds from the moment of the answer. */
  expiresIn: v.pipe(Seconds, about('Validity in seconds, from the moment of the answer.')),
  ...Renewal,
});
/** `POST /uploads/:id/sign`. */
export type SignAnswer = DeepReadonly<v.InferOutput<typeof SignAnswerSchema>>;

const CreatedSchema = v.strictObject({
  id: v.string(),
  /** The upload token, for the `Upload-Token` header of every later call. */
  token: v.pipe(v.string(), about('For the `Upload-Token` header of every later call.')),
  key: v.string(),
  plan: PlanSchema,
  /** Checksum algorithm of this upload, which may have begun under another policy. */
  checksum: Algorithm,
  /** Requests for the first parts: as many as there were checksums, or eight if none are required. */
  requests: SignAnswerSchema.entries.requests,
  /** How long `requests` are valid, in seconds from the moment of the answer. */
  expiresIn: SignAnswerSchema.entries.expiresIn,
  /** When the upload itself expires, ISO 8601, unless a later call extends it. */
  expiresAt: Time,
  /** When the store deletes the upload if it is not complete, in Unix seconds. Null: never, as far as is known. */
  storeExpiresAt: StoreExpiry,
  /** Present if the upload was complete already, because the Create was sent again. Then `requests` is empty. */
  result: v.exactOptional(ResultSchema),
});
/** One successful slot of the answer to `POST /uploads`. */
export type Created = DeepReadonly<v.InferOutput<typeof CreatedSchema>>;

export const CreateAnswerSchema = v.strictObject({
  uploads: v.array(v.union([CreatedSchema, RefusedSchema])),
});
/** `POST /uploads`: a slot for each file, in order. */
export type CreateAnswer = DeepReadonly<v.InferOutput<typeof CreateAnswerSchema>>;

export const PlainCreatedSchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  /** The upload token, for the `Upload-Token` header of later calls. */
  token: v.string(),
  /** How the file is sent to `url`, with `headers`. */
  method: RequestSchema.entries.method,
  url: RequestSchema.entries.url,
  headers: RequestSchema.entries.headers,
  expiresIn: SignAnswerSchema.entries.expiresIn,
  /** Address to which a POST completes the upload once the file has been sent. */
  complete: v.pipe(v.string(), v.url(), about('POST here once the file has been sent.')),
});
/** `POST /uploads` with a form-encoded body. */
export type PlainCreated = DeepReadonly<v.InferOutput<typeof PlainCreatedSchema>>;

export const ResumeAnswerSchema = v.strictObject({
  ...CreatedSchema.entries,
  parts: v.pipe(v.array(PartSchema), about('The parts that the store holds.')),
});
/** `POST /uploads/:id/resume`: a new token, and the parts that the store has. */
export type ResumeAnswer = DeepReadonly<v.InferOutput<typeof ResumeAnswerSchema>>;

export const StatusAnswerSchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  /** Path below the chosen folder, cleaned, the name included. Absent for a file without folders. */
  path: FilePath,
  type: v.string(),
  state: State,
  bytes: Size,
  plan: PlanSchema,
  /** Checksum algorithm of this upload. Null: none. */
  checksum: Algorithm,
  parts: v.pipe(v.array(PartSchema), about('The parts that the store holds.')),
  createdAt: Time,
  expiresAt: v.exactOptional(Time),
  /** Present while the state is `verifying`. */
  verifiedBytes: v.exactOptional(
    v.pipe(Size, about('While the state is `verifying`: how much has been read back.')),
  ),
  storeExpiresAt: StoreExpiry,
  result: v.exactOptional(ResultSchema),
});
/** `GET /uploads/:id`. */
export type UploadStatusAnswer = DeepReadonly<v.InferOutput<typeof StatusAnswerSchema>>;

export const CompleteManyAnswerSchema = v.strictObject({
  uploads: v.array(v.union([ResultSchema, VerifyingSchema, RefusedSchema])),
});
/** `POST /uploads/complete`: a slot for each upload, in order. */
export type CompleteManyAnswer = DeepReadonly<v.InferOutput<typeof CompleteManyAnswerSchema>>;

const SummarySchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  /** Path below the chosen folder, cleaned, the name included. Absent for a file without folders. */
  path: FilePath,
  bytes: Size,
  type: v.string(),
  /** Who began it, if the owner may be several people. */
  user: v.exactOptional(v.string()),
  state: State,
  createdAt: Time,
  completedAt: v.exactOptional(Time),
  ...VerifiedFields,
  /** What the store holds of an open upload in parts, if the list was asked for it. */
  stored: v.exactOptional(
    v.pipe(
      v.strictObject({
        /** Number of parts. */
        parts: Size,
        bytes: Size,
      }),
      about('What the store holds of an open upload.'),
    ),
  ),
});
/** One row of `GET /uploads`. */
export type UploadSummary = DeepReadonly<v.InferOutput<typeof SummarySchema>>;

export const ListAnswerSchema = v.strictObject({
  uploads: v.array(SummarySchema),
  /** For the query of the next page. Absent on the last page. */
  cursor: v.exactOptional(v.string()),
});
/** `GET /uploads`: a page of the caller's uploads, and where the next page begins. */
export type ListAnswer = DeepReadonly<v.InferOutput<typeof ListAnswerSchema>>;

export const RelayAnswerSchema = v.strictObject({ etag: v.string(), ...Renewal });
/** `PUT /uploads/:id/parts/:number`. The ETag header has the same value. */
export type RelayAnswer = DeepReadonly<v.InferOutput<typeof RelayAnswerSchema>>;

export const FileAnswerSchema = v.strictObject({
  url: v.pipe(v.string(), v.url()),
  /** In seconds; null for a lasting address. */
  expiresIn: v.nullable(v.pipe(Seconds, about('Seconds; null for a lasting address.'))),
});
/** `GET /uploads/:id/file`, for a caller that accepts JSON. */
export type FileAnswer = DeepReadonly<v.InferOutput<typeof FileAnswerSchema>>;

export const ReportAnswerSchema = v.strictObject({
  /** What the operator should do; null if nothing is known of the code. */
  advice: v.nullable(v.string()),
});
/** `POST /report`. */
export type ReportAnswer = DeepReadonly<v.InferOutput<typeof ReportAnswerSchema>>;

const LinkSchema = v.strictObject({ id: v.string(), ...FileAnswerSchema.entries });
/** One link of the answer to `POST /uploads/links`. */
export type Link = DeepReadonly<v.InferOutput<typeof LinkSchema>>;

export const LinksAnswerSchema = v.strictObject({
  links: v.array(v.union([LinkSchema, RefusedSchema])),
});
/** `POST /uploads/links`: a link, or the reason why there is none, in the order of the ids. */
export type LinksAnswer = DeepReadonly<v.InferOutput<typeof LinksAnswerSchema>>;
