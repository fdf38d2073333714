import type {
  Rejection,
  UploadError,
  UploaderLike,
  UploadSnapshot,
  UploadStatus,
} from '../core/index.ts';
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
  remove(id: string): Promise<void>;
  requestUpdate(): void;
}

/** What “Cancel all” removes; it leaves failed uploads, which can be retried. */
const UNFINISHED: ReadonlySet<UploadStatus> = new Set<UploadStatus>([
  'queued',
  'hashing',
  'uploading',
  'waiting',
  'paused',
  'completing',
]);
/** What “Clear finished” removes. */
const FINISHED: ReadonlySet<UploadStatus> = new Set<UploadStatus>(['done', 'cancelled']);

/** Does what the element's buttons say, for the upload with this id or for all. */
export function perform(
  action: Exclude<Action, 'again'>,
  id: string | undefined,
  host: ActionHost,
  reports: Reports,
): void {
  const uploadId = id ?? '';
  const removeAll = (statuses: ReadonlySet<UploadStatus>): void => {
    const ids = host.uploads
      .filter(({ status }) => statuses.has(status))
      .map((upload) => upload.id);
    for (const each of id === undefined ? ids : [id]) void host.remove(each);
  };
  const acts: Readonly<Record<typeof action, () => void>> = {
    start: () => host.start(),
    pause: () => host.pause(id),
    resume: () => host.resume(id),
    retry: () => host.retry(id),
    cancel: () => removeAll(UNFINISHED),
    remove: () => void removeFile(uploadId, host, reports),
    download: () => void download(uploadId, host, reports),
    clear: () => removeAll(FINISHED),
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
  void host.remove(id);
  await deletion?.catch(report);
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
