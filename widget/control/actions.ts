import type {
  CancelOptions,
  Rejection,
  UploadError,
  UploaderLike,
  UploadSnapshot,
} from '../core/index.ts';
import { undoOptions } from './uploads/undo.ts';
import type { Action } from '../view/clicked.ts';

/** What is said below the zone. */
export interface Reports {
  /** Says nothing any more, or only this. */
  reset(...list: Rejection[]): void;
}

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
  action: Exclude<Action, 'again' | 'folder'>,
  id: string | undefined,
  host: ActionHost,
  reports: Reports,
): void {
  const uploadId = id ?? '';
  const acts: Readonly<Record<typeof action, () => void>> = {
    start: () => host.start(),
    pause: () => host.pause(id),
    resume: () => host.resume(id),
    retry: () => host.retry(id),
    cancel: () => void discard(uploadId, host),
    remove: () => void removeFile(uploadId, host, reports),
    undo: () => host.undo(id),
    download: () => void download(uploadId, host, reports),
    dismiss: () => reports.reset(),
  };
  acts[action]();
  host.requestUpdate();
}

/** Removes the row, and deletes a file that was uploaded on this page where the Worker allows it. */
async function removeFile(id: string, host: ActionHost, reports: Reports): Promise<void> {
  const report = reporter(id, host, reports);
  // First: the uploader knows the file by its row.
  const isDone = host.uploads.find((upload) => upload.id === id)?.status === 'done';
  const deletion = isDone ? host.uploader.deleteFile?.(id) : undefined;
  void discard(id, host);
  await deletion?.catch(report);
}

/** Removes a row. If something of its file was sent, that can be undone for some seconds. */
async function discard(id: string, host: ActionHost): Promise<void> {
  const upload = host.uploads.find((upload) => upload.id === id);
  if (upload) await host.remove(id, undoOptions(upload, host.undoSeconds));
}

/** Opens the file in a page of its own: if the address has expired, this page must not be left. */
async function download(id: string, host: ActionHost, reports: Reports): Promise<void> {
  const report = reporter(id, host, reports);
  const link = document.createElement('a');
  link.target = '_blank';
  link.rel = 'noopener';
  try {
    link.href = (await host.uploader.fileUrl?.(id)) ?? '';
    link.click();
  } catch (error) {
    report(error);
  }
}

/** Returns a function that tells the user what went wrong with the upload. */
function reporter(id: string, host: ActionHost, reports: Reports): (error: unknown) => void {
  const { name = '' } = host.uploads.find((upload) => upload.id === id) ?? {};
  return (error) => {
    reports.reset({ file: new File([], name), error: error as UploadError });
    host.requestUpdate();
  };
}
