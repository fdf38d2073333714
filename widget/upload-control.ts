import type { PropertyDeclaration, PropertyValues } from 'lit';
import { ConfiguredControl } from './configured.ts';
import { UploadError, type UploadErrorCode } from './core/errors.ts';
import { UploadRejectedEvent, UploadRemovedEvent } from './core/events.ts';
import { Uploader } from './core/index.ts';
import type {
  FileWithPath,
  Rejection,
  Totals,
  UploaderLike,
  UploaderOptions,
  UploadSnapshot,
} from './core/types.ts';
import { FormState } from './form-state.ts';
import type { MessageId } from './i18n/en.ts';
import { Localizer } from './i18n/localizer.ts';
import type { Found } from './intake/drop.ts';
import { optionsOf, tokenOf } from './options.ts';
import { relay } from './relay.ts';
import { Rows, type Unfinished } from './rows.ts';
import { isUploadId } from './core/index.ts';
import { entriesOf, uploadsOf, type Value } from './value.ts';

/** A form control whose value is what the engine has uploaded. It has no looks yet. */
export class UploadControl extends ConfiguredControl {
  static override properties = {
    ...ConfiguredControl.properties,
    // Only so that Lit keeps what a page has set before the element was defined.
    uploader: { attribute: false, noAccessor: true },
    value: { attribute: false, noAccessor: true },
  };

  protected localizer: Localizer = new Localizer('en');
  /** The user has met what is wrong: it was tried to send the form. */
  protected isUserInvalid = false;
  readonly #rows = new Rows();
  readonly #form = new FormState(this.internals, this);
  /** The engine was made here, and ends with the element. */
  #isOwn = false;
  #listening = new AbortController();
  #unfinished: readonly Unfinished[] = [];
  /** Refusals of the batch that is being taken in: they are told in one event. */
  #batch: Rejection[] | undefined;
  /** The form has been told of a new value by `input`, and not yet by `change`. */
  #isChanging = false;
  /** The page itself is changing the value. */
  #isQuiet = false;
  /** What was taken in last has been started, where it waits for that. */
  #isStarted = false;
  #getToken = tokenOf(this);

  constructor() {
    super();
    this.addEventListener('invalid', () => {
      this.isUserInvalid = true;
      this.sync();
    });
  }

  /** Snapshots of all uploads, in the order in which they are shown. */
  get uploads(): readonly UploadSnapshot[] {
    return this.#rows.uploads;
  }

  /** The engine behind the element. Made when it is first needed; a page may give one of its own. */
  get uploader(): UploaderLike {
    if (!this.#rows.engine) {
      this.#attach(new Uploader(this.#options));
      this.#isOwn = true;
    }
    return this.#rows.engine as UploaderLike;
  }

  set uploader(uploader: UploaderLike) {
    this.#leave();
    this.#unfinished = [];
    this.#isOwn = false;
    this.#attach(uploader);
  }

  /** What the form gets: one string per finished upload, in the order in which they are shown. */
  get value(): readonly string[] {
    return entriesOf(this.uploads, this.valueFormat);
  }

  /**
   * Shows uploads that were finished earlier, for example after a server has refused the form. An
   * entry without the UUID of an upload is reported to the console and left out.
   */
  set value(value: Value) {
    const kept = uploadsOf(value, this.valueFormat, reportInvalid);
    this.#replace(({ status }) => status === 'done', kept);
  }

  /** Takes files in, as if the user had chosen them; returns the uploads that they became. */
  add(files: Iterable<File | FileWithPath>): readonly UploadSnapshot[] {
    return this.take([...files].map((item) => ('file' in item ? item : { file: item })));
  }

  /** Starts what waits for it, where `no-auto` is set. */
  start(): void {
    this.#isStarted = true;
    this.#tell('start');
  }

  /** Pauses one upload, or all. */
  pause(id?: string): void {
    this.#tell('pause', id);
  }

  /** Lets a paused upload go on, or all. */
  resume(id?: string): void {
    this.#tell('resume', id);
  }

  /** Tries a failed upload again, or all, from what the store already holds. */
  retry(id?: string): void {
    this.#tell('retry', id);
  }

  /** Stops one upload, or all, and frees what the store holds of it. */
  async cancel(id?: string): Promise<void> {
    await this.#tell('cancel', id);
  }

  /** Takes the element itself off the page, as `remove()` does with any other. */
  override remove(): void;
  /** Takes a row away; what is not finished is cancelled. A finished file stays in the bucket. */
  override remove(id: string): Promise<void>;
  // One name for two, as in HTMLSelectElement: https://html.spec.whatwg.org/#dom-select-remove
  override remove(id?: string): Promise<void> | void {
    return id === undefined ? super.remove() : this.#removeRow(id);
  }

  /** Takes away every row that is finished, failed or cancelled. */
  clear(): void {
    this.#rows.engine?.clear();
    this.#keep([]);
  }

  /** Makes the control invalid with this message, until it is set to an empty one. */
  setCustomValidity(message: string): void {
    this.#form.custom = message;
    this.sync();
  }

  formResetCallback(): void {
    this.isUserInvalid = this.#isChanging = false;
    this.#replace(() => true, []);
  }

  formDisabledCallback(): void {
    this.requestUpdate('disabled');
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state !== 'string') return;
    const kept = uploadsOf(parseState(state), 'json');
    this.#replace(({ status }) => status === 'done', kept);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { engine } = this.#rows;
    if (engine && this.#listening.signal.aborted) this.#attach(engine);
    // The element is back on the page: what was interrupted by its removal goes on.
    const files = this.#unfinished;
    this.#unfinished = [];
    if (files.length === 0) return;
    const { uploads } = this.uploader.add(files);
    for (const { id, file } of uploads) {
      if (files.some((one) => one.file === file && one.isPaused)) this.pause(id);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // What is only moved to another place is connected again by then.
    queueMicrotask(() => this.isConnected || this.#leave());
  }

  /** `moveBefore()` moves the element as it is: uploads, scroll position and all. */
  connectedMoveCallback(): void {}

  override requestUpdate(name?: PropertyKey, old?: unknown, options?: PropertyDeclaration): void {
    super.requestUpdate(name, old, options);
    // At once, for a `submit` or a `checkValidity()` may come before the next drawing. Lit's own
    // constructor calls this too, before there are any fields.
    if (name && #isChanging in this) this.#keep(this.#rows.kept);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('token') || changed.has('getToken')) this.#getToken = tokenOf(this);
    if (changed.size > 0 && this.#isOwn) this.#rows.engine?.configure(this.#options);
    if (changed.get('noAuto') && !this.noAuto) this.start();
    this.sync(true);
    const { uploads, totals } = this.#rows;
    const { files, done, failed, active, paused } = totals;
    this.mark({
      empty: uploads.length === 0,
      busy: active > 0 && !this.isHeld,
      paused: paused > 0 && active === 0,
      failed: failed > 0,
      complete: files > 0 && done === files,
      offline: uploads.some(({ waitingFor }) => waitingFor === 'online'),
      'user-invalid': this.isUserInvalid,
    });
  }

  protected override updated(): void {
    // Only now is there an anchor for the bubble.
    this.#form.sync();
  }

  /** Where the browser puts its bubble. @internal */
  get anchor(): HTMLElement | undefined {
    return undefined;
  }

  /** The uploads all wait for `start()`. @internal */
  get isHeld(): boolean {
    return (
      this.noAuto &&
      !this.#isStarted &&
      this.totals.active > 0 &&
      this.uploads.every(({ status }) => /queued|paused|failed|cancelled|done/.test(status))
    );
  }

  /** All uploads together. */
  get totals(): Totals {
    return this.#rows.totals;
  }

  /** A message in the language of the page. @internal */
  say(id: MessageId, values: { n: number }): string {
    return this.localizer.text(id, values);
  }

  get #options(): UploaderOptions {
    return optionsOf(this, this.#getToken);
  }

  protected get canDownload(): boolean {
    const { engine } = this.#rows;
    return !engine || engine.fileUrl !== undefined;
  }

  /** Takes in what was found; a single file takes the place of the one before it. */
  protected take(found: readonly Found[]): readonly UploadSnapshot[] {
    const files = found.filter((item) => item.file) as FileWithPath[];
    const former = this.isMany ? [] : this.uploads;
    const refused: Rejection[] = [];
    const refuse = (file: File, code: UploadErrorCode, limit = 1, why: string = code): void => {
      const fields = { fileName: file.name, limit };
      refused.push({ file, error: new UploadError(code, `${file.name}: ${why}`, fields) });
    };
    for (const { file, path = '', id } of found) {
      if (file && id !== undefined && !isUploadId(id)) {
        refuse(file, 'invalid_request', 1, 'the id of an upload has to be a UUID.');
        files.splice(
          files.findIndex((one) => one.file === file),
          1,
        );
      } else if (!file) refuse(new File([], path), 'file_unreadable');
      else if (!this.isMany && files.length > 1) refuse(file, 'too_many_files');
    }
    const { maxFiles } = this;
    if (this.isMany && maxFiles !== undefined && this.#rows.kept[0]) {
      // Of those that were finished before the engine knows nothing.
      const room = maxFiles - this.totals.files + this.totals.failed;
      const excess = files.splice(Math.max(0, room));
      for (const { file } of excess) refuse(file, 'too_many_files', maxFiles);
    }
    const isFit = files.length > 0 && (this.isMany || files.length < 2);
    const engine = isFit ? this.uploader : undefined;
    this.#batch = refused;
    const taken = engine?.add(files).uploads ?? [];
    this.#batch = undefined;
    if (taken.length > 0) {
      this.#isStarted = false;
      for (const { id } of former) void this.remove(id);
    }
    if (refused.length > 0) this.dispatchEvent(new UploadRejectedEvent(refused));
    this.sync();
    return taken;
  }

  /** Brings the form up to date, and draws; `isLoud`: tells the page of a new value. */
  protected sync(isLoud = false): void {
    const isNew = this.#form.sync() && isLoud;
    if (this.validity.valid) this.isUserInvalid = false;
    this.requestUpdate();
    if (isNew) this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.#isChanging ||= isNew;
    // `input` with each change of the value, `change` when nothing more is under way.
    if (!isLoud || !this.#isChanging || this.totals.active > 0) return;
    this.#isChanging = false;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** By the page, which is not told of what it does itself: by no `input`, as with any control. */
  #replace(isGone: (upload: UploadSnapshot) => boolean, kept: readonly UploadSnapshot[]): void {
    const { engine } = this.#rows;
    this.#isQuiet = true;
    for (const upload of engine?.uploads ?? []) if (isGone(upload)) void engine?.remove(upload.id);
    this.#isQuiet = false;
    this.#keep(kept);
  }

  #keep(finished: readonly UploadSnapshot[]): void {
    this.#rows.kept = finished;
    this.#form.touch();
    this.sync();
  }

  #tell(what: 'start' | 'pause' | 'resume' | 'retry' | 'cancel', id?: string): unknown {
    const answer = this.#rows.engine?.[what](id);
    this.sync();
    return answer;
  }

  async #removeRow(id: string): Promise<void> {
    const kept = this.#rows.drop(id);
    if (!kept) return this.#rows.engine?.remove(id);
    this.#form.touch();
    this.dispatchEvent(new UploadRemovedEvent(kept));
    this.sync(true);
  }

  #attach(engine: UploaderLike): void {
    this.#rows.engine = engine;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    relay(engine, this, (event) => this.#hear(event), signal);
    engine.addEventListener(
      'upload-rejected',
      (event) => {
        const { rejected } = event as UploadRejectedEvent;
        if (this.#batch) this.#batch.push(...rejected);
        else this.dispatchEvent(new UploadRejectedEvent(rejected));
      },
      { signal },
    );
    this.requestUpdate('uploader');
  }

  /** At once, so that listeners find the form as it is. */
  #hear(event: Event): { uploads?: readonly UploadSnapshot[] } {
    if (event.type === 'upload-removed') this.#form.touch();
    this.sync(!this.#isQuiet);
    return 'uploads' in event ? { uploads: this.uploads } : {};
  }

  /** Lets go of the engine; an own one ends, and what it had begun can be gone on with. */
  #leave(): void {
    this.#listening.abort();
    const { engine } = this.#rows;
    if (!engine || !this.#isOwn) return;
    this.#unfinished = this.#rows.release();
    engine.close();
  }
}

function reportInvalid(entry: unknown): void {
  reportError(
    new TypeError(`<s3-upload>.value: not a finished upload with a UUID: ${JSON.stringify(entry)}`),
  );
}

function parseState(state: string): unknown {
  try {
    return JSON.parse(state);
  } catch {
    return undefined;
  }
}
