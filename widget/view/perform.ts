import type { Refusals } from '../control/refusals.ts';
import { undoOptions } from '../control/uploads/undo.ts';
import type { CancelOptions, UploadError, UploaderLike, UploadSnapshot } from '../core/index.ts';
import type { Action } from './clicked.ts';

/** The element, as far as its buttons act on it. */
export interface ActionHost {
  readonly uploads: readonly UploadSnapshot[];
  readonly uploader: UploaderLike;
  start(): void;
  pause(id?: string): void;
  resume(id?: string): void;
  retry(id?: string): void;
  remove(id: string, options?: CancelOptions): Promise<void>;
  undo(id?: string): void;
  /** For so many seconds a cancelled upload can be brought back. */
  readonly undoSeconds: number | undefined;
  requestUpdate(): void;
}

/** Does what the element's buttons say, for the upload with this id or for all. */
export function perform(
  action: Exclude<Action, 'again' | 'folder' | 'edit'>,
  id: string | undefined,
  host: ActionHost,
  refusals: Refusals,
): void {
  const uploadId = id ?? '';
  const acts: Readonly<Record<typeof action, () => void>> = {
    start: () => host.start(),
    pause: () => host.pause(id),
    resume: () => host.resume(id),
    retry: () => host.retry(id),
    cancel: () => void discard(uploadId, host),
    remove: () => void discard(uploadId, host),
    undo: () => host.undo(id),
    download: () => void download(uploadId, host, refusals),
    dismiss: () => refusals.reset(),
  };
  acts[action]();
  host.requestUpdate();
}

/** Removes a row. If something of its file was sent, that can be undone for some seconds. */
async function discard(id: string, host: ActionHost): Promise<void> {
  const upload = host.uploads.find((upload) => upload.id === id);
  if (upload) await host.remove(id, undoOptions(upload, host.undoSeconds));
}

/** Opens the file in a page of its own: if the address has expired, this page must not be left. */
async function download(id: string, host: ActionHost, refusals: Refusals): Promise<void> {
  const link = document.createElement('a');
  link.target = '_blank';
  link.rel = 'noopener';
  try {
    link.href = (await host.uploader.fileUrl?.(id)) ?? '';
    link.click();
  } catch (error) {
    const { name = '' } = host.uploads.find((upload) => upload.id === id) ?? {};
    refusals.reset({ file: new File([], name), error: error as UploadError });
    host.requestUpdate();
  }
}
