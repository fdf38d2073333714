import type { UploadError, UploaderLike, UploadSnapshot } from '../core/index.ts';
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

/** Does what the element's buttons say, for the upload with this id or for all. */
export function perform(
  action: Exclude<Action, 'again'>,
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
    cancel: () => void host.remove(uploadId),
    remove: () => void host.remove(uploadId),
    download: () => void download(uploadId, host, refusals),
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
