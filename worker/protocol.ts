/**
 * The contract: what the page sends and what the Worker answers. The page imports only from here,
 * so nothing here may add to its bundle: the schemas stay in schemas.ts and answers.ts, and only the
 * types that are inferred from them are exported.
 */
import type { Refused } from './protocol/answers.ts';

export type {
  ChunkedAnswer,
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
  Result,
  ResumeAnswer,
  SignAnswer,
  SignedRequest,
  StoredPart,
  UploadState,
  UploadStatusAnswer,
  UploadSummary,
} from './protocol/answers.ts';
export { CHECKSUM_HEADERS, type ChecksumAlgorithm } from './protocol/checksum.ts';
export { isUploadId, uuidv7 } from './protocol/id.ts';
export * from './protocol/limits.ts';
export * from './protocol/plan.ts';
export type { Problem, ProblemCode } from './protocol/problems.ts';
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

/** Whether a slot of a batch answer has a problem instead of a value. */
export function isRefused(slot: object): slot is Refused {
  return 'problem' in slot;
}
