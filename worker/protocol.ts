/**
 * The contract: what the page sends and what the Worker answers. The page imports only from here,
 * so nothing here may add to its bundle unless it is used: the schemas stay in schemas.ts and answers.ts, and only the
 * types that are inferred from them are exported.
 */
import type { Refused } from './protocol/answers.ts';
import type { Result, Verifying } from './protocol/result.ts';

export type {
  CompleteManyAnswer,
  CreateAnswer,
  Created,
  FileAnswer,
  Link,
  LinksAnswer,
  ListAnswer,
  PlainCreated,
  Policy,
  Refused,
  RelayAnswer,
  Renewal,
  ResumeAnswer,
  SignAnswer,
  SignedRequest,
  StoredPart,
  UploadState,
  UploadStatusAnswer,
  UploadSummary,
} from './protocol/answers.ts';
export type { Result, Verifying } from './protocol/result.ts';
export {
  CHECKSUM_HEADERS,
  type ChecksumAlgorithm,
  type VerifiedChecksum,
  type WholeAlgorithm,
  type WholeChecksum,
} from './protocol/checksum.ts';
export * from './protocol/hashing/index.ts';
export type { ChunkedAnswer } from './protocol/chunks/schemas.ts';
export { isUploadId, uuidv7 } from './protocol/id.ts';
export * from './protocol/limits.ts';
export * from './protocol/plan.ts';
export type { Problem, ProblemCode } from './protocol/problems.ts';
export type { ReportAnswer, ReportBody } from './protocol/report.ts';
export type {
  CannedAcl,
  CompleteBody,
  CompleteManyBody,
  CreateBody,
  FileEntry,
  LinksBody,
  PartReceipt,
  SignBody,
} from './protocol/schemas.ts';

/** Whether a Complete is answered with the state `verifying` instead of a result. */
export function isVerifying(answer: object): answer is Verifying {
  return 'state' in answer && answer.state === 'verifying';
}

type ChecksumFields = Pick<Result, 'checksum' | 'checksumAlgorithm' | 'verifiedBy'>;

/** Those fields of a result that tell of a verified checksum. */
export function checksumFields(result: ChecksumFields): ChecksumFields {
  const { checksum, checksumAlgorithm, verifiedBy } = result;
  return {
    ...(checksum === undefined ? {} : { checksum }),
    ...(checksumAlgorithm === undefined ? {} : { checksumAlgorithm }),
    ...(verifiedBy === undefined ? {} : { verifiedBy }),
  };
}

/** Whether a slot of a batch answer has a problem instead of a value. */
export function isRefused(slot: object): slot is Refused {
  return 'problem' in slot;
}
