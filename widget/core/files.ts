/** Trouble with the file itself. */
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What reading a file that has changed or is gone throws; Firefox 153 says AbortError. */
export const UNREAD = /^(NotReadable|NotFound|Abort)Error$/;

/**
 * A failed read as an error that names the file; anything else as it is. Means nothing of an upload
 * that was aborted.
 */
export function fileError(cause: unknown, job: Job): unknown {
  const isUnread = cause instanceof DOMException && UNREAD.test(cause.name);
  return isUnread ? changed(job, cause) : cause;
}

/** A file that could be read before has changed on disk, or is gone; another never could be read. */
export function changed({ file: { name }, wasRead }: Job, cause?: unknown): UploadError {
  return wasRead
    ? new UploadError('file_changed', `${name} has changed: pick it again.`, {
        fileName: name,
        cause,
      })
    : new UploadError('file_unreadable', `${name} cannot be read.`, { fileName: name, cause });
}

/**
 * Chromium reports a file that changed as a request without an answer, and one that is gone as
 * empty; Firefox sends one that became shorter for ever. Only reading tells: the last byte, or of
 * an empty file the whole.
 *
 * @throws UploadError when the file cannot be read any more, or `signal` is aborted: a read may hang.
 */
export async function assertReadable(job: Job, signal: AbortSignal): Promise<void> {
  const { file } = job;
  const last = file.size ? file.slice(-1) : file;
  let read: ArrayBuffer;
  try {
    read = await unlessAborted(last.arrayBuffer(), signal);
  } catch (error) {
    throw fileError(error, job);
  }
  if (read.byteLength < last.size) throw changed(job);
}
