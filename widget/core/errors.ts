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
  /** The user, or the browser, does not let the page read it. */
  | 'file_not_allowed'
  | 'signer_unreachable'
  | 'store_unreachable'
  | 'store_refused'
  | 'cors';

export interface UploadErrorFields {
  /** HTTP status of the answer that was the last straw. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly partNumber?: number | undefined;
  /** The store's own code, such as `NoSuchBucket`. */
  readonly storeCode?: string | undefined;
  readonly fileName?: string | undefined;
  /** The limit that was passed: bytes, files, or the list of types. */
  readonly limit?: number | string | undefined;
  /** Trying again by hand can help. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** The one error of the engine. `message` is for developers; `code` picks the user's message. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  declare readonly code: UploadErrorCode;
  declare readonly status: number | undefined;
  declare readonly requestId: string | undefined;
  declare readonly partNumber: number | undefined;
  declare readonly storeCode: string | undefined;
  declare readonly fileName: string | undefined;
  declare readonly limit: number | string | undefined;
  declare readonly retryable: boolean;

  constructor(code: UploadErrorCode, message: string, fields: UploadErrorFields = {}) {
    const { cause, ...rest } = fields;
    super(message, { cause });
    Object.assign(this, { code, retryable: false }, rest);
  }
}

/** True also for an error of another copy of this module. */
export function isUploadError(value: unknown): value is UploadError {
  return value instanceof Error && value.name === 'UploadError' && 'code' in value;
}

/** What a request itself got wrong stays wrong; anything else may be better another time. */
const LASTING = /400|403|413|415/;

/** A problem of the Worker as an error; a slot that is missing counts as one. */
export function problemError(
  {
    code = 'store_unavailable',
    detail = 'No answer for this file.',
    status = 500,
  }: Partial<Problem> = {},
  requestId?: string,
): UploadError {
  return new UploadError(code, detail, {
    status,
    requestId,
    retryable: !LASTING.test(String(status)),
  });
}
