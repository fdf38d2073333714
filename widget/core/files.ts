/** Trouble with the file itself. */
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';

/** A failed read as an error that names the file; anything else as it is. */
export function fileError(cause: unknown, job: Job): unknown {
  const isUnread = cause instanceof DOMException && /^Not(Readable|Found)Error$/.test(cause.name);
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
 * empty: only reading tells, and of an empty one only reading it whole.
 *
 * @throws UploadError when the file cannot be read any more.
 */
export async function assertReadable(job: Job): Promise<void> {
  try {
    const { file } = job;
    await (file.size ? file.slice(0, 1) : file).arrayBuffer();
  } catch (error) {
    throw fileError(error, job);
  }
}
