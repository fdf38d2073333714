import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { UploadError, type UploadErrorCode } from './core/errors.ts';
import { UploadRejectedEvent } from './core/events.ts';
import type {
  FileWithPath,
  Interrupted,
  Rejection,
  UploaderLike,
  UploadSnapshot,
} from './core/types.ts';
import { isUploadId } from './core/index.ts';

/** The element, as far as it matters here. */
export interface OffersHost extends ReactiveControllerHost, HTMLElement {
  readonly uploads: readonly UploadSnapshot[];
  readonly uploader: UploaderLike;
  readonly endpoint: string | undefined;
  readonly token: string | undefined;
  readonly getToken: unknown;
  readonly headers: unknown;
  readonly credentials: string | undefined;
  readonly name: string | undefined;
  readonly noResume: boolean;
  add(files: Iterable<FileWithPath>): readonly UploadSnapshot[];
}

/** What handles can do beside in Chromium: https://wicg.github.io/file-system-access/#permissions */
interface Guarded extends FileSystemFileHandle {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

/**
 * Uploads that an earlier visit has left behind: offered, and gone on with or given up when the user
 * says so. They are no part of the control's value, and do not make it invalid.
 */
export class Offers implements ReactiveController {
  list: readonly Interrupted[] = [];
  readonly #host: OffersHost;
  /** Whom the list was asked of, and what for. */
  #asked: readonly unknown[] = [];
  /** Their handles have led nowhere. */
  readonly #lost = new Set<string>();
  readonly #continuing = new Set<string>();

  /** Offline, nobody could say whose the uploads are. */
  readonly #askAgain = (): void => void this.#ask();

  constructor(host: OffersHost) {
    this.#host = host;
    host.addController(this);
  }

  /** One click is enough; else the file has to be chosen again. */
  canContinue({ id, handle }: Interrupted): boolean {
    return handle !== undefined && !this.#lost.has(id);
  }

  hostConnected(): void {
    globalThis.addEventListener('online', this.#askAgain);
  }

  hostDisconnected(): void {
    globalThis.removeEventListener('online', this.#askAgain);
  }

  hostUpdate(): void {
    const { uploads } = this.#host;
    if (!this.list[0]) return;
    const ids = new Set(uploads.map(({ id }) => id));
    // The user may have chosen the file without being asked to.
    this.list = this.list.filter(({ id }) => !ids.has(id));
  }

  hostUpdated(): void {
    const { isConnected, noResume, endpoint, name, token, getToken, headers, credentials } =
      this.#host;
    if (!isConnected) return;
    const uploader = noResume ? undefined : this.#host.uploader;
    const who = [uploader, endpoint, name, token, getToken, headers, credentials];
    const asked = [...who, uploader?.checksum !== undefined];
    if (asked.every((value, index) => value === this.#asked[index])) return;
    // People share browsers: what one caller was offered must not be shown to the next one.
    if (who.some((value, index) => value !== this.#asked[index])) this.list = [];
    this.#asked = asked;
    this.#host.requestUpdate();
    void this.#ask();
  }

  /**
   * Goes on with one, or with all that it can. Within a click: the browser may have to ask whether
   * the files may be read; for several it asks once.
   */
  async continue(id?: string): Promise<void> {
    const chosen = this.list.filter(
      (one) => (id ? one.id === id : this.canContinue(one)) && !this.#continuing.has(one.id),
    );
    for (const { id } of chosen) this.#continuing.add(id);
    const refused: Rejection[] = [];
    const read = await Promise.all(
      chosen.map(async (offer) => ({ ...offer, file: await this.#read(offer, refused) })),
    );
    // Another tab may have gone on with them meanwhile, or have given them up.
    await this.#ask();
    const found = read.filter((one): one is typeof one & { file: File } =>
      Boolean(one.file && this.list.some(({ id }) => id === one.id)),
    );
    // In their order, in which they are a form's values, too.
    if (found[0]) this.#host.add(found);
    // Not before: with each batch that is taken in, what was said of the one before it goes.
    if (refused[0]) this.#host.dispatchEvent(new UploadRejectedEvent(refused));
    for (const { id } of chosen) this.#continuing.delete(id);
  }

  /** Gives one up, or all of them. */
  discard(id?: string): void {
    const { list } = this;
    this.list = list.filter((one) => id && one.id !== id);
    this.#host.requestUpdate();
    for (const one of list) {
      // Where the script cannot be loaded now, it is offered once more the next time.
      if (!this.list.includes(one)) this.#host.uploader.forget?.(one.id).catch(() => undefined);
    }
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    const [uploader] = asked as readonly [UploaderLike | undefined];
    const found = await uploader?.interrupted?.().catch(() => undefined);
    if (asked !== this.#asked) return;
    this.list = (found ?? []).filter(({ id }) => isUploadId(id));
    this.#host.requestUpdate();
  }

  /** The file as it was left; or adds to `refused` why it is not to be had. */
  async #read(offer: Interrupted, refused: Rejection[]): Promise<File | undefined> {
    const { id, name, bytes, lastModified } = offer;
    const handle: Guarded | undefined = offer.handle;
    const mode = { mode: 'read' } as const;
    const refuse = (code: UploadErrorCode, cause?: unknown): undefined => {
      const error = new UploadError(code, `${name}: ${code}`, { fileName: name, cause });
      refused.push({ file: new File([], name), error });
    };
    try {
      let permission = await handle?.queryPermission?.(mode);
      if (permission === 'prompt') permission = await handle?.requestPermission?.(mode);
      // Who has only closed the question may be asked again.
      if (permission === 'prompt') return refuse('file_not_allowed');
      const file = await handle?.getFile();
      if (file?.size === bytes && file.lastModified === lastModified) return file;
      this.#lost.add(id);
      return refuse('file_changed');
    } catch (cause) {
      this.#lost.add(id);
      const isRefused = /^(NotAllowed|Security)Error$/.test((cause as Error).name);
      return refuse(isRefused ? 'file_not_allowed' : 'file_unreadable', cause);
    }
  }
}
