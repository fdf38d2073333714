import { isServer, type PropertyDeclaration, type TemplateResult } from 'lit';
import { Announcements } from './control/announcements.ts';
import { intakeOptions, rowsOptions } from './control/connections.ts';
import { Drawing } from './control/drawing.ts';
import { FormControl } from './control/form/form-control.ts';
import { Refusals } from './control/refusals.ts';
import { RowsLoader } from './control/rows-loader.ts';
import { SettingsElement } from './control/settings-element.ts';
import { ChooseAgain } from './control/uploads/choose-again.ts';
import { Uploads } from './control/uploads/uploads.ts';
import type { Value } from './control/value.ts';
import type { FileWithPath, Totals, UploaderLike, UploadSnapshot } from './core/index.ts';
import type { CancelOptions } from './core/types.ts';
import { Language } from './i18n/language.ts';
import type { FoundFile } from './intake/found.ts';
import { Intake } from './intake/intake.ts';
import { styles } from './view/styles.ts';
import { anchorIn, zone, type ZoneView } from './view/zone.ts';

/**
 * `<s3-upload>`: a form control that sends files straight to a bucket and shows their progress.
 *
 * @slot label - Replaces the `label` attribute.
 * @slot hint - Replaces the `hint` attribute.
 * @slot dropzone - Replaces the content of the zone; clicks on it open the picker.
 * @slot icon - Replaces the icon of the zone.
 * @slot row-actions - More actions for the row, if there is only one file.
 * @slot row-actions-ID - More actions for the row of the upload with this id, with `multiple`.
 * @slot empty - Shown while there are no uploads.
 * @csspart label - The heading.
 * @csspart zone - The area onto which files are dropped.
 * @csspart icon - The icon of the zone.
 * @csspart button - The button that opens the picker; with `multiple` and `directory`, both of them.
 * @csspart limits - What may be chosen.
 * @csspart hint - The line of help.
 * @csspart error - A line that says what is wrong.
 * @csspart dismiss - The button that hides refusals.
 * @csspart summary - The line about all files together.
 * @csspart total - The text of the summary.
 * @csspart list - All rows.
 * @csspart interrupted - Interrupted uploads of an earlier visit, above the other rows.
 * @csspart row - A row; its state is a second part, such as `row-failed`.
 * @csspart picture - The thumb and the badge of a row.
 * @csspart thumb - The picture or the extension of a file.
 * @csspart badge - The check mark on an uploaded file.
 * @csspart body - The name, the second line and the bar of a row.
 * @csspart name - The name of a file.
 * @csspart folder - The folders that a file came from, before its name.
 * @csspart meta - The second line of a row.
 * @csspart status - The first words of the second line.
 * @csspart bar - A progress bar, of a row or of all files.
 * @csspart fill - The part of the bar that the store has.
 * @csspart sent - The part of the bar that is on its way.
 * @csspart actions - The buttons of a row.
 * @csspart pause - The button that pauses an upload, or all.
 * @csspart resume - The button that resumes a paused upload, or all.
 * @csspart retry - The button that retries a failed upload, or all.
 * @csspart again - The button to choose a file again that has changed.
 * @csspart continue - The button that continues an interrupted upload, or all of them.
 * @csspart discard - The button that discards an interrupted upload, or all of them.
 * @csspart cancel - The button that cancels an upload, or all.
 * @csspart undo - The button that brings back a cancelled upload.
 * @csspart edit - The button that opens the form for name and metadata.
 * @csspart edit-form - The form for name and metadata.
 * @csspart remove - The button that removes a row.
 * @csspart clear - The button that removes the rows of finished files.
 * @csspart raise - The button that moves a row up.
 * @csspart lower - The button that moves a row down.
 * @csspart download - The button that downloads an uploaded file.
 * @csspart start - The button that starts uploads that wait for it.
 * @cssstate dragging - Files are being dragged over the element.
 * @cssstate drag-reject - Files that the element does not accept are being dragged over it.
 * @cssstate busy - Uploads are running.
 * @cssstate paused - No upload is running, and some are paused.
 * @cssstate offline - Some uploads are waiting for the network.
 * @cssstate failed - Some uploads have failed.
 * @cssstate complete - All files are uploaded.
 * @cssstate empty - There are no uploads.
 * @cssstate user-invalid - The user tried to submit the form and the control is invalid.
 * @cssprop --s3-upload-accent - Color of links, bars and focus. Default: a blue, mixed with the text's color.
 * @cssprop --s3-upload-danger - Color of errors. Default: a red, mixed with the text's color.
 * @cssprop --s3-upload-success - Color of the check mark on uploaded files. Default: a green.
 * @cssprop --s3-upload-warning - Color of uploads that are waiting. Default: an amber, mixed with the text's color.
 * @cssprop --s3-upload-paper - Color of icons on a color. Default: `Canvas` on the accent, white on the check mark.
 * @cssprop --s3-upload-density - Scales the space inside the zone and the rows: less than 1 is denser. Default: `1`.
 * @cssprop --s3-upload-radius - Corner radius of the zone. Default: `12px`.
 * @cssprop --s3-upload-list-block-size - Largest height of a list of more than 200 rows. Default: `70vh`.
 *
 * @fires upload-add - Files are about to be added. Can be cancelled.
 * @fires upload-added - Files have become uploads.
 * @fires upload-cancel - An unfinished upload is about to be cancelled. Can be cancelled.
 * @fires upload-start - The first request for a file is about to be sent. Can be cancelled.
 * @fires upload-rejected - Files of one batch were refused.
 * @fires upload-progress - Uploads have changed. Dispatched at most once a frame.
 * @fires upload-done - A file is in the bucket.
 * @fires upload-failed - An upload has failed.
 * @fires upload-removed - A row was removed.
 * @fires upload-settled - No upload is active any more.
 * @fires input - The value has changed.
 * @fires change - The value has changed, and no upload is active any more.
 * @fires invalid - The form cannot be submitted because this control is invalid.
 */
export class S3UploadElement extends SettingsElement {
  static override styles = styles;
  static override properties = {
    // Declared so that Lit keeps what a page has set before the element was defined.
    uploader: { attribute: false, noAccessor: true },
    value: { attribute: false, noAccessor: true },
  };

  /** Registers the element, unless the name is taken: the script may be on a page twice. */
  static define(tag = 's3-upload', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  /** Draws where files are chosen. @internal */
  readonly zoneView: ZoneView = zone;

  // Controllers are updated in this order: texts, then uploads, then the form that depends on both.
  readonly #language = new Language(this);
  readonly #uploads: Uploads = new Uploads(this, (by, change) => {
    if (change?.byIds) this.#form.invalidateValue();
    this.#form.sync(by);
  });
  readonly #form: FormControl = new FormControl(this, this.internals, {
    anchor: () => anchorIn(this.shadowRoot),
    text: (id, values) => this.#language.localizer.text(id, values),
  });
  readonly #refusals = new Refusals(this);
  readonly #chooseAgain = new ChooseAgain();
  readonly #rows: RowsLoader = new RowsLoader(
    this,
    rowsOptions(this, this.#language, this.#uploads, this.#refusals),
  );
  readonly #announcements = new Announcements(this, this.#rows);
  readonly #intake: Intake = new Intake(
    this,
    intakeOptions(this, this.#language, this.#uploads, this.#chooseAgain, (found) =>
      this.#add(found),
    ),
  );
  readonly #drawing = new Drawing(this, this.internals, {
    language: this.#language,
    uploads: this.#uploads,
    form: this.#form,
    refusals: this.#refusals,
    chooseAgain: this.#chooseAgain,
    rows: this.#rows,
    intake: this.#intake,
  });

  /** Snapshots of all uploads, in the order in which they are shown. */
  get uploads(): readonly UploadSnapshot[] {
    return this.#uploads.list;
  }

  /** Sums over all uploads. */
  get totals(): Totals {
    return this.#uploads.totals;
  }

  /** The engine behind the element. Made when it is first needed; a page may set its own. */
  get uploader(): UploaderLike {
    return this.#uploads.uploader;
  }

  set uploader(uploader: UploaderLike | null | undefined) {
    this.#uploads.use(uploader ?? undefined);
  }

  /** The form's entries: one string for each finished upload, in the order in which they are shown. */
  get value(): readonly string[] {
    return this.#uploads.value;
  }

  /**
   * Shows uploads that were finished earlier, for example after a server has refused the form. Those
   * that are in the list already stay as they are. An entry without the UUID of an upload is reported
   * to the console and left out.
   */
  set value(value: Value) {
    this.#uploads.value = value;
  }

  /** Adds files as if the user had chosen them; returns the uploads that they became. */
  add(files: Iterable<File | FileWithPath>): readonly UploadSnapshot[] {
    return this.#add([...files].map((item) => ('file' in item ? item : { file: item })));
  }

  /** True if all uploads wait for `start()`. @internal */
  get isWaitingForStart(): boolean {
    return this.#uploads.isWaitingForStart;
  }

  /** Starts uploads that wait because `no-auto` is set. */
  start(): void {
    this.#uploads.command('start');
  }

  /** Pauses one upload, or all. */
  pause(id?: string): void {
    this.#uploads.command('pause', id);
  }

  /** Resumes one paused upload, or all. */
  resume(id?: string): void {
    this.#uploads.command('resume', id);
  }

  /** Retries one failed upload, or all, from what the store already has. */
  retry(id?: string): void {
    this.#uploads.command('retry', id);
  }

  /** Cancels one upload, or all, and deletes its parts from the store, after `undoMs` if that is given. */
  async cancel(id?: string, options?: CancelOptions): Promise<void> {
    await this.#uploads.command('cancel', id, options);
  }

  /** Brings back one upload that was cancelled and can be brought back, or all of them. */
  undo(id?: string): void {
    this.#uploads.undo(id);
  }

  /** Without an id, removes the element from the page, as with any other element. */
  override remove(): void;
  /** With an id, removes a row; an unfinished upload is cancelled. A finished file stays in the bucket. */
  override remove(id: string, options?: CancelOptions): Promise<void>;
  // As in HTMLSelectElement: https://html.spec.whatwg.org/#dom-select-remove
  override remove(id?: string, options?: CancelOptions): Promise<void> | void {
    return id === undefined ? super.remove() : this.#uploads.remove(id, options);
  }

  /** Removes every row that is finished, failed or cancelled. */
  clear(): void {
    this.#refusals.reset();
    this.#uploads.clear();
  }

  /** Opens the file picker. Call it from a user's gesture. */
  showPicker(): void {
    this.#intake.showPicker();
  }

  /** Focuses the button that opens the picker. */
  override focus(options?: FocusOptions): void {
    anchorIn(this.shadowRoot)?.focus(options);
  }

  override reportValidity(): boolean {
    return super.reportValidity() || this.#form.report();
  }

  /** Makes the control invalid with this message, until it is set to an empty one. */
  setCustomValidity(message: string): void {
    this.#form.setCustomValidity(message);
  }

  formResetCallback(): void {
    this.#refusals.reset();
    this.#form.reset();
    this.#uploads.replace('all', []);
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state === 'string') this.#uploads.restore(state);
  }

  override requestUpdate(name?: PropertyKey, old?: unknown, options?: PropertyDeclaration): void {
    super.requestUpdate(name, old, options);
    // Lit's own constructor calls this too, before there are any fields.
    if (isServer || !name || !(#drawing in this)) return;
    this.#uploads.settingsChanged();
    // At once, because `submit` or `checkValidity()` may come before the next drawing.
    this.#form.invalidateValue();
    this.#form.sync('page');
  }

  /** Resolves only when the rows are drawn, too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    const isDone = await super.getUpdateComplete();
    return (await this.#rows.whenShown()) ? super.getUpdateComplete() : isDone;
  }

  protected override render(): TemplateResult {
    return this.#drawing.render();
  }

  /** Adds what the user or the page has given, in the place of what it replaces. */
  #add(found: readonly FoundFile[]): readonly UploadSnapshot[] {
    this.#refusals.reset();
    const replaced = this.#chooseAgain.take();
    const added = this.#uploads.add(found);
    if (added.length === 0) return added;
    // The same file again continues the failed upload, in its place.
    if (replaced && !added.some(({ id }) => id === replaced)) void this.remove(replaced);
    this.#announcements.added(added.length);
    return added;
  }
}
