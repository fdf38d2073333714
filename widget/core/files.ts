/** Trouble with the file itself. */
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';

/** A failed read as an error that names the file; anything else as it is. */
export function fileError(cause: unknown, job: Job): unknown {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name !== 'NotReadableError' && name !== 'NotFoundError') return cause;
  return job.wasRead ? changed(job, cause) : unreadable(job, cause);
}

export function changed(job: Job, cause?: unknown): UploadError {
  const fileName = job.file.name;
  return new UploadError('file_changed', `${fileName} changed on disk or is gone: pick it again.`, {
    fileName,
    cause,
  });
}

function unreadable(job: Job, cause: unknown): UploadError {
  const fileName = job.file.name;
  return new UploadError('file_unreadable', `${fileName} cannot be read.`, { fileName, cause });
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
