import type { PropertyDeclaration, PropertyValues } from 'lit';
import { ConfiguredControl } from './configured.ts';
import { UploadError } from './core/errors.ts';
import { UploadRejectedEvent, UploadRemovedEvent, type UploadEventMap } from './core/events.ts';
import { Uploader } from './core/index.ts';
import type { FileWithPath, Rejection, UploaderLike, UploadSnapshot } from './core/types.ts';
import { FormState } from './form-state.ts';
import { Localizer } from './i18n/localizer.ts';
import type { Found } from './intake/drop.ts';
import { CONFIGURING, optionsOf } from './options.ts';
import { relay } from './relay.ts';
import { Rows, type Unfinished } from './rows.ts';
import { flawOf } from './validity.ts';
import { entriesOf, finished, type FinishedUpload } from './value.ts';

/** Properties that change what the form gets or whether it may be sent. */
const FORMING = new Set<PropertyKey>(['name', 'required', 'minFiles', 'valueFormat', 'noAuto']);

const IDLE: ReadonlySet<UploadSnapshot['status']> = new Set([
  'queued',
  'paused',
  'failed',
  'cancelled',
  'done',
]);

/** From here on the form is told once a drawing, not with each file. */
const MANY = 500;

/** A form control whose value is what the engine has uploaded. It has no looks yet. */
export class UploadControl extends ConfiguredControl {
  protected localizer: Localizer = new Localizer('en');
  readonly #rows = new Rows();
  readonly #form = new FormState(this.internals);
  /** The engine was made here, and ends with the element. */
  #isOwn = false;
  #listening = new AbortController();
  #unfinished: readonly Unfinished[] = [];
  /** Refusals of the batch that is being taken in: they are told in one event. */
  #batch: Rejection[] | undefined;
  #custom = '';
  /** The form has been told of a new value by `input`, and not yet by `change`. */
  #isChanging = false;

  constructor() {
    super();
    this.addEventListener('invalid', () => {
      this.#form.isShown = true;
      this.sync();
    });
    // Set before the element was defined, these would hide the accessors.
    for (const property of ['uploader', 'value'] as const) {
      if (!Object.hasOwn(this, property)) continue;
      const { value: early } = Object.getOwnPropertyDescriptor(this, property) ?? {};
      Reflect.deleteProperty(this, property);
      this[property] = early as never;
    }
  }

  /** Snapshots of all uploads, in the order in which they are shown. */
  get uploads(): readonly UploadSnapshot[] {
    return this.#rows.uploads;
  }

  /** The engine behind the element. Made when it is first needed; a page may give one of its own. */
  get uploader(): UploaderLike {
    const { engine } = this.#rows;
    if (engine) return engine;
    const made: UploaderLike = new Uploader(optionsOf(this));
    this.#isOwn = true;
    this.#attach(made);
    return made;
  }

  set uploader(uploader: UploaderLike) {
    this.#leave();
    this.#unfinished = [];
    this.#isOwn = false;
    this.#attach(uploader);
  }

  /** What the form gets: one string per finished upload, in the order in which they are shown. */
  get value(): readonly string[] {
    return entriesOf(this.uploads, this.valueFormat ?? 'id');
  }

  /** Shows uploads that were finished before, for example after a server has refused the form. */
  set value(values: Iterable<FinishedUpload | string>) {
    const kept = [...values].map(finished);
    for (const { id, status } of this.uploads) {
      if (status === 'done' && !this.#rows.drop(id)) void this.#rows.engine?.remove(id);
    }
    this.#rows.keep(kept);
    this.#form.touch();
    this.sync();
  }

  /** Takes files in, as if the user had chosen them; returns the uploads that they became. */
  add(files: Iterable<File | FileWithPath>): readonly UploadSnapshot[] {
    const withPaths = [...files].map((item) => ('file' in item ? item : { file: item }));
    return this.take({ files: withPaths, unreadable: [] });
  }

  /** Starts what waits for it, where `no-auto` is set. */
  start(): void {
    this.#rows.engine?.start();
    this.sync();
  }

  /** Pauses one upload, or all. */
  pause(id?: string): void {
    this.#rows.engine?.pause(id);
    this.sync();
  }

  /** Lets a paused upload go on, or all. */
  resume(id?: string): void {
    this.#rows.engine?.resume(id);
    this.sync();
  }

  /** Tries a failed upload again, or all, from what the store already holds. */
  retry(id?: string): void {
    this.#rows.engine?.retry(id);
    this.sync();
  }

  /** Stops one upload, or all, and frees what the store holds of it. */
  async cancel(id?: string): Promise<void> {
    const over = this.#rows.engine?.cancel(id);
    this.sync();
    await over;
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
    this.#rows.keep([]);
    this.#rows.engine?.clear();
    this.#form.touch();
    this.sync();
  }

  /** Makes the control invalid with this message, until it is set to an empty one. */
  setCustomValidity(message: string): void {
    this.#custom = message;
    this.sync();
  }

  formResetCallback(): void {
    for (const { id } of this.#rows.engine?.uploads ?? []) void this.#rows.engine?.remove(id);
    this.#rows.keep([]);
    this.#form.touch();
    this.#form.isShown = false;
    this.sync();
  }

  formDisabledCallback(): void {
    this.requestUpdate();
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state === 'string') this.value = JSON.parse(state) as string[];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { engine } = this.#rows;
    if (engine && this.#listening.signal.aborted) this.#attach(engine);
    this.#goOn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // What is only moved to another place is connected again by then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#leave();
    });
  }

  /** `moveBefore()` moves the element as it is: uploads, scroll position and all. */
  connectedMoveCallback(): void {}

  override requestUpdate(
    name?: PropertyKey,
    oldValue?: unknown,
    options?: PropertyDeclaration,
  ): void {
    super.requestUpdate(name, oldValue, options);
    // At once, for a `submit` or a `checkValidity()` may come before the next drawing. Lit's own
    // constructor calls this too, before there are any fields.
    if (name === undefined || !(#form in this) || !FORMING.has(name)) return;
    this.#form.touch();
    this.sync();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const { engine } = this.#rows;
    if (engine && this.#isOwn && CONFIGURING.some((property) => changed.has(property))) {
      engine.configure(optionsOf(this));
    }
    this.#tellForm(this.sync());
    this.#markStates();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.syncValidity();
  }

  /** Where the browser puts its bubble. */
  protected get anchor(): HTMLElement | undefined {
    return undefined;
  }

  /** What is wrong with the control, once the user has tried to send it. */
  protected get complaint(): string | undefined {
    return this.#form.complaint;
  }

  /** The uploads all wait for `start()`. */
  protected get isHeld(): boolean {
    return (
      this.noAuto &&
      this.#rows.totals.active > 0 &&
      this.uploads.every(({ status }) => IDLE.has(status))
    );
  }

  protected get totals(): Rows['totals'] {
    return this.#rows.totals;
  }

  protected get canDownload(): boolean {
    return this.#rows.engine?.fileUrl !== undefined;
  }

  /** Takes in what was found; a single file takes the place of the one before it. */
  protected take({ files, unreadable }: Found): readonly UploadSnapshot[] {
    const refused = unreadable.map((path) =>
      refusal(new File([], path), new UploadError('file_unreadable', `${path} cannot be read`)),
    );
    this.#batch = refused;
    const former = this.isMany ? [] : this.uploads;
    let taken: readonly UploadSnapshot[] = [];
    try {
      if (!this.isMany && files.length > 1) {
        const error = new UploadError('too_many_files', 'Only one file is taken', { limit: 1 });
        refused.push(...files.map(({ file }) => refusal(file, error)));
      } else if (files.length > 0) taken = this.uploader.add(files).uploads;
    } finally {
      this.#batch = undefined;
    }
    if (taken.length > 0) for (const { id } of former) void this.remove(id);
    if (refused.length > 0) this.dispatchEvent(new UploadRejectedEvent(refused));
    this.sync();
    return taken;
  }

  /** Brings form and validity up to date; returns whether the value has changed. */
  protected sync(): boolean {
    const { uploads, totals } = this.#rows;
    const { name, valueFormat } = this;
    const isNew = this.#form.setValue({ name, valueFormat, uploads, totals });
    this.syncValidity();
    this.requestUpdate();
    return isNew;
  }

  protected syncValidity(): void {
    const { required, minFiles, isHeld } = this;
    const claims = { custom: this.#custom, required, minFiles, isHeld };
    this.#form.setFlaw(flawOf(this.#rows.totals, claims, this.localizer), this.anchor);
    this.mark('user-invalid', this.complaint !== undefined);
  }

  async #removeRow(id: string): Promise<void> {
    const kept = this.#rows.drop(id);
    const over = kept ? undefined : this.#rows.engine?.remove(id);
    this.#form.touch();
    const isNew = this.sync();
    if (kept) {
      this.dispatchEvent(new UploadRemovedEvent(kept));
      this.#tellForm(isNew);
    }
    await over;
  }

  #markStates(): void {
    const { uploads, totals } = this.#rows;
    const { files, done, failed, active, paused } = totals;
    this.mark('empty', uploads.length === 0);
    this.mark('busy', active > 0 && !this.isHeld);
    this.mark('paused', paused > 0 && active === 0);
    this.mark('failed', failed > 0);
    this.mark('complete', files > 0 && done === files);
    const isOffline = uploads.some(({ waitingFor }) => waitingFor === 'online');
    this.mark('offline', isOffline);
  }

  #attach(engine: UploaderLike): void {
    this.#rows.engine = engine;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    relay(engine, this, {
      uploads: () => this.uploads,
      before: (event) => this.#hear(event),
      signal,
    });
    engine.addEventListener(
      'upload-rejected',
      (event) => {
        const { rejected } = event as UploadEventMap['upload-rejected'];
        if (this.#batch) this.#batch.push(...rejected);
        else this.dispatchEvent(new UploadRejectedEvent(rejected));
      },
      { signal },
    );
    this.#form.touch();
    this.sync();
  }

  /** At once, so that listeners find the form as it is; of very many uploads once a drawing. */
  #hear({ type }: Event): void {
    if (type === 'upload-done' || type === 'upload-removed') this.#form.touch();
    if (this.#rows.totals.files > MANY) this.requestUpdate();
    else this.#tellForm(this.sync());
  }

  /** `input` with each change of the value, and `change` when nothing more is under way. */
  #tellForm(isNew: boolean): void {
    if (isNew) this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.#isChanging ||= isNew;
    if (!this.#isChanging || this.#rows.totals.active > 0) return;
    this.#isChanging = false;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Lets go of the engine; an own one ends, and what it had begun can be gone on with. */
  #leave(): void {
    this.#listening.abort();
    const { engine } = this.#rows;
    if (!engine || !this.#isOwn) return;
    this.#unfinished = this.#rows.release();
    engine.close();
  }

  /** The element is back on the page: what was interrupted by its removal goes on. */
  #goOn(): void {
    const files = this.#unfinished;
    this.#unfinished = [];
    if (files.length === 0) return;
    const { uploads } = this.uploader.add(files);
    const paused = new Set(files.filter(({ isPaused }) => isPaused).map(({ file }) => file));
    for (const { id, file } of uploads) if (file && paused.has(file)) this.uploader.pause(id);
    this.sync();
  }
}

function refusal(file: File, error: UploadError): Rejection {
  return { file, error };
}
