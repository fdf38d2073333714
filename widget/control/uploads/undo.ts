import type { CancelOptions, UploadSnapshot } from '../../core/index.ts';

/** For so many seconds a cancelled upload can be brought back, unless the page says otherwise. */
const UNDO_SECONDS = 8;

/** How an upload is cancelled for a user: it can be brought back if something of it was sent. */
export function undoOptions(
  { sent }: Pick<UploadSnapshot, 'sent'>,
  seconds = UNDO_SECONDS,
): CancelOptions {
  return { undoMs: sent > 0 ? seconds * 1000 : 0 };
}

/** Removes uploads in a way that can be undone, but for those that are removed already and can be. */
export function discard(
  uploads: readonly UploadSnapshot[],
  seconds: number | undefined,
  remove: (id: string, options: CancelOptions) => void,
): void {
  for (const upload of uploads) {
    if (upload.undoUntilMs === undefined) remove(upload.id, undoOptions(upload, seconds));
  }
}
