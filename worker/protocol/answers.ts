/**
 * Schemas of the Worker's answers, for the OpenAPI document and the tests. The types used in code
 * are in protocol.ts; `satisfies` keeps both in step.
 */
import * as v from 'valibot';
import { PROBLEMS } from '../problem.ts';
import { WHOLE_ALGORITHMS } from './checksum.ts';
import type {
  CompleteManyAnswer,
  CreateAnswer,
  FileAnswer,
  ListAnswer,
  Policy,
  Problem,
  ProblemCode,
  RelayAnswer,
  Result,
  ResumeAnswer,
  SignAnswer,
  UploadStatusAnswer,
  Verifying,
} from '../protocol.ts';

const about = v.description;
const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const Algorithm = v.nullable(v.picklist(['crc64nvme', 'crc32c', 'md5', 'sha256']));
const WholeAlgorithms = v.picklist(WHOLE_ALGORITHMS);
const Texts = v.record(v.string(), v.string());
const Time = v.pipe(v.string(), v.isoTimestamp());
const State = v.picklist(['open', 'verifying', 'complete', 'aborted', 'expired']);
const Count = v.pipe(Whole, v.minValue(1));

/** All problem codes. */
const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const ProblemSchema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: Whole,
  detail: v.string(),
  code: v.picklist(codes),
  field: v.exactOptional(v.pipe(v.string(), about('Path to what was wrong in the request.'))),
  retryAfter: v.exactOptional(v.pipe(Whole, about('Seconds.'))),
}) satisfies v.GenericSchema<unknown, Problem>;

const PlanSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('single'), bytes: Whole }),
  v.strictObject({ kind: v.literal('multipart'), bytes: Whole, partBytes: Count, parts: Count }),
]);

const RequestSchema = v.strictObject({
  number: Count,
  method: v.picklist(['PUT', 'POST']),
  url: v.pipe(v.string(), v.url()),
  headers: v.pipe(Texts, about('To be set on the request; the signature covers them.')),
  fields: v.exactOptional(v.pipe(Texts, about('A form: these first, in order, then `file`.'))),
});

const PartSchema = v.strictObject({
  number: Count,
  bytes: Whole,
  etag: v.string(),
  checksum: v.exactOptional(v.string()),
});

export const PolicySchema = v.strictObject({
  maxBytes: Whole,
  minBytes: Whole,
  accept: v.pipe(v.array(v.string()), about('As `<input accept>` has it; empty: anything.')),
  maxFiles: v.nullable(Whole),
  checksum: v.pipe(Algorithm, about('Of each part of a multipart upload.')),
  singleChecksum: v.pipe(Algorithm, about('Of a file that goes in one request.')),
  wholeChecksums: v.strictObject({
    free: v.pipe(
      v.array(WholeAlgorithms),
      about('By these the store itself compares a checksum of the whole file.'),
    ),
    maxBytes: v.pipe(Whole, about('Any other is verified by reading files up to this size.')),
  }),
  plan: v.strictObject({
    singleMaxBytes: Whole,
    minPartBytes: Whole,
    maxPartBytes: Whole,
    maxParts: Count,
  }),
  batch: v.strictObject({ create: Count, sign: Count, complete: Count }),
  lanes: Count,
  relay: v.boolean(),
  removable: v.boolean(),
  listParts: v.boolean(),
  caller: v.exactOptional(
    v.pipe(v.string(), about('The same for the same owner, and tells nothing of it.')),
  ),
}) satisfies v.GenericSchema<unknown, Policy>;

const VerifiedFields = {
  checksum: v.exactOptional(
    v.pipe(v.string(), about('Of the whole file, base64; only if it was verified.')),
  ),
  checksumAlgorithm: v.exactOptional(WholeAlgorithms),
  verifiedBy: v.exactOptional(
    v.pipe(v.picklist(['store', 'worker']), about('Who computed the checksum.')),
  ),
};

export const ResultSchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  bytes: Whole,
  type: v.string(),
  etag: v.string(),
  ...VerifiedFields,
  completedAt: Time,
  href: v.exactOptional(v.string()),
}) satisfies v.GenericSchema<unknown, Result>;

export const VerifyingSchema = v.strictObject({
  id: v.string(),
  state: v.literal('verifying'),
  bytes: Whole,
  verifiedBytes: v.pipe(Whole, about('How much of the file has been read back.')),
  retryAfter: v.pipe(Whole, about('Seconds until the same Complete may be sent again.')),
}) satisfies v.GenericSchema<unknown, Verifying>;

const RefusedSchema = v.strictObject({ id: v.string(), problem: ProblemSchema });

export const SignAnswerSchema = v.strictObject({
  requests: v.array(RequestSchema),
  expiresIn: v.pipe(Whole, about('Seconds, from the moment of the answer.')),
}) satisfies v.GenericSchema<unknown, SignAnswer>;

const CreatedSchema = v.strictObject({
  id: v.string(),
  token: v.pipe(v.string(), about('For the `Upload-Token` header of every later call.')),
  key: v.string(),
  plan: PlanSchema,
  checksum: Algorithm,
  ...SignAnswerSchema.entries,
  expiresAt: Time,
  result: v.exactOptional(ResultSchema),
});

export const CreateAnswerSchema = v.strictObject({
  uploads: v.array(v.union([CreatedSchema, RefusedSchema])),
}) satisfies v.GenericSchema<unknown, CreateAnswer>;

export const ResumeAnswerSchema = v.strictObject({
  ...CreatedSchema.entries,
  parts: v.array(PartSchema),
}) satisfies v.GenericSchema<unknown, ResumeAnswer>;

export const StatusAnswerSchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  type: v.string(),
  state: State,
  bytes: Whole,
  plan: PlanSchema,
  checksum: Algorithm,
  parts: v.array(PartSchema),
  createdAt: Time,
  expiresAt: v.exactOptional(Time),
  verifiedBytes: v.exactOptional(
    v.pipe(Whole, about('While the state is `verifying`: how much has been read back.')),
  ),
  result: v.exactOptional(ResultSchema),
}) satisfies v.GenericSchema<unknown, UploadStatusAnswer>;

export const CompleteManyAnswerSchema = v.strictObject({
  uploads: v.array(v.union([ResultSchema, VerifyingSchema, RefusedSchema])),
}) satisfies v.GenericSchema<unknown, CompleteManyAnswer>;

export const ListAnswerSchema = v.strictObject({
  uploads: v.array(
    v.strictObject({
      id: v.string(),
      key: v.string(),
      name: v.string(),
      bytes: Whole,
      type: v.string(),
      state: State,
      createdAt: Time,
      completedAt: v.exactOptional(Time),
      ...VerifiedFields,
    }),
  ),
  cursor: v.exactOptional(v.string()),
}) satisfies v.GenericSchema<unknown, ListAnswer>;

export const RelayAnswerSchema = v.strictObject({
  etag: v.string(),
}) satisfies v.GenericSchema<unknown, RelayAnswer>;

export const FileAnswerSchema = v.strictObject({
  url: v.pipe(v.string(), v.url()),
  expiresIn: Whole,
}) satisfies v.GenericSchema<unknown, FileAnswer>;
