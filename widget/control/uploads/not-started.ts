import type { UploadSnapshot, UploadStatus } from '../../core/index.ts';

/** Statuses in which nothing of a file has been sent since `start()` was last called. */
const NOT_STARTED: ReadonlySet<UploadStatus> = new Set<UploadStatus>([
  'queued',
  'paused',
  'failed',
  'cancelled',
  'done',
]);

/** True if nothing of the file has been sent since `start()` was last called. */
export function isNotStarted({ status }: Pick<UploadSnapshot, 'status'>): boolean {
  return NOT_STARTED.has(status);
}
