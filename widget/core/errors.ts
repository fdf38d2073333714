import type { ProblemCode } from '../../worker/protocol.ts';

/** Everything that can go wrong with a file, as a stable code. The Worker's codes are among them. */
export type UploadErrorCode =
  | ProblemCode
  | 'too_small'
  | 'total_too_large'
  | 'too_many_files'
  | 'duplicate'
  | 'rejected'
  /** One of the page's transforms has failed. */
  | 'transform_failed'
  | 'file_changed'
  | 'file_unreadable'
  /** The user or the browser does not allow the page to read it. */
  | 'file_not_allowed'
  | 'signer_unreachable'
  | 'store_unreachable'
  | 'store_refused'
  | 'cors';

/** What an `UploadError` says beside its code and its message. */
export interface UploadErrorFields {
  /** HTTP status of the last answer. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly partNumber?: number | undefined;
  /** The store's own code, such as `NoSuchBucket`. */
  readonly storeCode?: string | undefined;
  readonly fileName?: string | undefined;
  /** The limit that was exceeded: bytes, files, or the list of types. */
  readonly limit?: number | string | undefined;
  /** True if retrying by hand can help. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** The only error of the engine. `message` is for developers; `code` selects the user's message. */
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

/** True for an error of another copy of this module, too. */
export function isUploadError(value: unknown): value is UploadError {
  return value instanceof Error && value.name === 'UploadError' && 'code' in value;
}
