/** Errors of the file itself. */
import { isUploadError, UploadError } from '../errors.ts';
import type { Upload } from '../upload/upload.ts';
import { untilRead } from '../util/until-read.ts';
import { watchRead, type ReadServices } from './hung-read.ts';

/** Names of the exceptions for a file that has changed or is gone; Firefox 153 throws AbortError. */
export const UNREADABLE: ReadonlySet<string> = new Set([
  'NotReadableError',
  'NotFoundError',
  'AbortError',
]);

/** A file, and whether it could be read before. */
export interface FileHistory {
  readonly file: File;
  readonly state: { readonly wasRead: boolean };
}

/** A failed read as an error that names the file. Returns other errors unchanged; do not call it for an aborted upload. */
export function fileError(cause: unknown, upload: FileHistory): unknown {
  const isUnreadable = cause instanceof DOMException && UNREADABLE.has(cause.name);
  return isUnreadable ? changedError(upload, cause) : cause;
}

/** A file that could be read before has changed on disk or is gone; any other never was readable. */
export function changedError({ file: { name }, state }: FileHistory, cause?: unknown): UploadError {
  const fields = { fileName: name, cause };
  return state.wasRead
    ? new UploadError('file_changed', `${name} has changed. Choose it again.`, fields)
    : new UploadError('file_unreadable', `${name} cannot be read.`, fields);
}

/** Any error that ends an upload, as an UploadError. */
export function finalError(cause: unknown, upload: FileHistory): UploadError {
  const error = fileError(cause, upload);
  if (isUploadError(error)) return error;
  const fileName = upload.file.name;
  return new UploadError('rejected', `${fileName}: ${String(error)}`, {
    fileName,
    cause,
    retryable: true,
  });
}

/**
 * Reads the file's last byte, or the whole of an empty file. Chromium reports a file that has changed
 * as a request without an answer, and one that is gone as empty; Firefox never stops sending one
 * that has become shorter. Only a read tells.
 *
 * @throws UploadError if the file cannot be read any more; the reason of `signal` once it is aborted,
 *   because a read may hang.
 */
export async function assertReadable(
  upload: Upload,
  services: ReadServices,
  signal: AbortSignal,
): Promise<void> {
  const { file } = upload;
  const last = file.size ? file.slice(-1) : file;
  let bytes: ArrayBuffer;
  try {
    bytes = await watchRead(upload, last.size, services, (hang) =>
      untilRead(() => last.arrayBuffer(), hang, signal),
    );
  } catch (error) {
    throw fileError(error, upload);
  }
  if (bytes.byteLength < last.size) throw changedError(upload);
}
