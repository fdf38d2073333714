import type { Problem, ProblemCode } from '../../worker/protocol.ts';

/** Everything that can go wrong with a file, as a stable word. The Worker's codes are among them. */
export type UploadErrorCode =
  | ProblemCode
  | 'too_small'
  | 'total_too_large'
  | 'too_many_files'
  | 'duplicate'
  | 'rejected'
  | 'file_changed'
  | 'file_unreadable'
  | 'signer_unreachable'
  | 'store_unreachable'
  | 'store_refused'
  | 'cors';

export interface UploadErrorFields {
  /** HTTP status of the answer that was the last straw. */
  readonly status?: number;
  readonly requestId?: string;
  readonly partNumber?: number;
  /** The store's own code, such as `NoSuchBucket`. */
  readonly storeCode?: string;
  readonly fileName?: string;
  /** The limit that was passed: bytes, files, or the list of types. */
  readonly limit?: number | string;
  /** Trying again by hand can help. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error of the engine. `message` is for developers; `code` picks the user's message. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  readonly code: UploadErrorCode;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly partNumber: number | undefined;
  readonly storeCode: string | undefined;
  readonly fileName: string | undefined;
  readonly limit: number | string | undefined;
  readonly retryable: boolean;

  constructor(code: UploadErrorCode, message: string, fields: UploadErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.partNumber = fields.partNumber;
    this.storeCode = fields.storeCode;
    this.fileName = fields.fileName;
    this.limit = fields.limit;
    this.retryable = fields.retryable ?? false;
  }
}

/** True also for an error of another copy of this module. */
export function isUploadError(value: unknown): value is UploadError {
  return value instanceof Error && value.name === 'UploadError' && 'code' in value;
}

/** A problem of the Worker as an error. Retrying by hand can help where the Worker or the store was at fault. */
export function problemError(
  problem: Partial<Problem> = {},
  fields: UploadErrorFields = {},
): UploadError {
  const {
    code = 'store_unavailable',
    detail = 'The Worker gave no answer for this file.',
    status = 500,
  } = problem;
  return new UploadError(code, detail, {
    status,
    retryable: status >= 422 || status === 401,
    ...fields,
  });
}
