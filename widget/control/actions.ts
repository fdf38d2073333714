import type { UploadError, UploaderLike, UploadSnapshot, UploadStatus } from '../core/index.ts';
import type { Action } from '../view/clicked.ts';
import type { Refusals } from './refusals.ts';

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
  refusals: Refusals,
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
    remove: () => void host.remove(uploadId),
    download: () => void download(uploadId, host, refusals),
    clear: () => removeAll(FINISHED),
    dismiss: () => refusals.reset(),
  };
  acts[action]();
  host.requestUpdate();
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
