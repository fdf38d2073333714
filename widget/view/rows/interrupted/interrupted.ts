import type { ReactiveController, ReactiveControllerHost } from 'lit';
import {
  isUploadId,
  UploadRejectedEvent,
  type FileWithPath,
  type Interrupted as InterruptedUpload,
  type UploaderLike,
  type UploadSnapshot,
} from '../../../core/index.ts';
import type { UploaderSettings } from '../../../control/uploads/options.ts';
import { readAgain } from './read-file.ts';

type CallerSettings = Pick<
  UploaderSettings,
  | 'endpoint'
  | 'name'
  | 'token'
  | 'getToken'
  | 'headers'
  | 'credentials'
  | 'noResume'
  | 'otherDevices'
>;

/** The element, as far as interrupted uploads depend on it. */
export interface InterruptedHost extends ReactiveControllerHost, HTMLElement, CallerSettings {
  readonly uploads: readonly UploadSnapshot[];
  readonly uploader: UploaderLike;
  add(files: Iterable<FileWithPath>): readonly UploadSnapshot[];
}

/**
 * Uploads that an earlier visit left unfinished, or another device. They are shown above the list, and continued or
 * discarded when the user says so; they are not part of the control's value or validity.
 */
export class Interrupted implements ReactiveController {
  #list: readonly InterruptedUpload[] = [];
  readonly #host: InterruptedHost;
  /** Inputs of the last request, used to drop stale answers. */
  #requestInputs: readonly unknown[] = [];
  /** Ids of uploads whose handles are of no use. */
  readonly #lost = new Set<string>();
  /** Ids of uploads whose files are being read. */
  readonly #continuing = new Set<string>();
  /** While offline, the Worker could not say whose the uploads are. */
  readonly #onOnline = (): void => void this.#ask();

  constructor(host: InterruptedHost) {
    this.#host = host;
    host.addController(this);
  }

  get list(): readonly InterruptedUpload[] {
    return this.#list;
  }

  /** True if one click is enough; otherwise the file has to be chosen again. */
  canContinue({ id, handle }: InterruptedUpload): boolean {
    return handle !== undefined && !this.#lost.has(id);
  }

  hostConnected(): void {
    globalThis.addEventListener('online', this.#onOnline);
  }

  hostDisconnected(): void {
    globalThis.removeEventListener('online', this.#onOnline);
  }

  hostUpdate(): void {
    if (this.#list.length === 0) return;
    // The user may have chosen the file without being asked to.
    const ids = new Set(this.#host.uploads.map(({ id }) => id));
    this.#list = this.#list.filter(({ id }) => !ids.has(id));
  }

  hostUpdated(): void {
    const host = this.#host;
    if (!host.isConnected) return;
    const { endpoint, name, token, getToken, headers, credentials, otherDevices } = host;
    const uploader = host.noResume ? undefined : host.uploader;
    const caller = [uploader, endpoint, name, token, getToken, headers, credentials];
    const inputs = [...caller, otherDevices, uploader?.checksum !== undefined];
    if (inputs.every((value, index) => value === this.#requestInputs[index])) return;
    // People share browsers: what was offered to one caller must not be shown to the next one.
    if (caller.some((value, index) => value !== this.#requestInputs[index])) this.#list = [];
    this.#requestInputs = inputs;
    host.requestUpdate();
    void this.#ask();
  }

  /**
   * Continues one upload, or all that can be continued. Call it in a click: the browser may have to
   * ask the user whether the files may be read; for several files it asks once.
   */
  async continue(id?: string): Promise<void> {
    const chosen = this.#list.filter(
      (upload) =>
        (id === undefined ? this.canContinue(upload) : upload.id === id) &&
        !this.#continuing.has(upload.id),
    );
    for (const upload of chosen) this.#continuing.add(upload.id);
    const areCompared = Boolean(this.#host.uploader.checksum);
    const results = await Promise.all(
      chosen.map(async (upload) => ({ upload, result: await readAgain(upload, areCompared) })),
    );
    // Meanwhile another tab may have continued or discarded some of them.
    await this.#ask();
    const present = new Set(this.#list.map((upload) => upload.id));
    const files: FileWithPath[] = [];
    const rejected: UploadRejectedEvent['rejected'][number][] = [];
    for (const { upload, result } of results) {
      if (result.kind === 'read') {
        if (present.has(upload.id)) files.push({ ...upload, file: result.file });
        continue;
      }
      if (!result.canRetry) this.#lost.add(upload.id);
      rejected.push({ file: new File([], upload.name), error: result.error });
    }
    // In their order, which is also that of the form's values.
    if (files.length > 0) this.#host.add(files);
    // Afterwards, because each batch that is added clears the refusals of the one before.
    if (rejected.length > 0) this.#host.dispatchEvent(new UploadRejectedEvent(rejected));
    for (const upload of chosen) this.#continuing.delete(upload.id);
  }

  /** Discards one upload, or all of them. */
  discard(id?: string): void {
    const discarded = this.#list.filter((upload) => id === undefined || upload.id === id);
    this.#list = this.#list.filter((upload) => !discarded.includes(upload));
    this.#host.requestUpdate();
    for (const upload of discarded) {
      // If the script cannot be loaded now, the upload is offered again on the next visit.
      this.#host.uploader.forget?.(upload.id).catch(() => undefined);
    }
  }

  async #ask(): Promise<void> {
    const inputs = this.#requestInputs;
    const [uploader] = inputs as readonly [UploaderLike | undefined];
    const list = await uploader?.interrupted?.().catch(() => undefined);
    if (inputs !== this.#requestInputs) return;
    this.#list = (list ?? []).filter(({ id }) => isUploadId(id));
    this.#host.requestUpdate();
  }
}
