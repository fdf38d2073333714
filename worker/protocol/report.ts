/** `POST /report`: the page tells what the store has answered to it. */
import * as v from 'valibot';
import { PATHS } from './paths.ts';
import { PartNumber, UploadId } from './schemas.ts';

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

export const ReportAnswerSchema = v.strictObject({
  /** What the operator should do; null if nothing is known of the code. */
  advice: v.nullable(v.string()),
});
/** `POST /report`. */
export type ReportAnswer = v.InferOutput<typeof ReportAnswerSchema>;

/** Its entry in the OpenAPI document. */
export const REPORT_OPERATION = {
  method: 'post',
  path: PATHS.report,
  id: 'reportAnswer',
  summary: 'Report what the store answered to the page, for the log',
  body: ['ReportBody', ReportBody],
  answer: ['ReportAnswer', ReportAnswerSchema],
} as const;
