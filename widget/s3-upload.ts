import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Announcer } from './announcer.ts';
import type { UploadError } from './core/errors.ts';
import type { UploadEventMap } from './core/events.ts';
import type { Rejection, UploadSnapshot } from './core/types.ts';
import { lazy } from './core/util/lazy.ts';
import { preload } from './core/load-sending.ts';
import { Language } from './i18n/language.ts';
import { Localizer } from './i18n/localizer.ts';
import type { Found } from './intake/drop.ts';
import { Intake } from './intake/intake.ts';
import { UploadControl } from './upload-control.ts';
import type { Action } from './view/action.ts';
import { complaint } from './view/complaint.ts';
import type { Files } from './view/files.ts';
import { limitsText, refusalText, type Allowed } from './view/phrases.ts';
import { styles } from './view/styles.ts';
import type { View } from './view/view.ts';
import { zone, type ZoneState } from './view/zone.ts';

/** Nothing can be dragged where there is only a finger. */
const TOUCH_ONLY = '(any-pointer: coarse) and (not (any-pointer: fine))';
const RELOAD_MS = 2000;

const loadFiles = lazy(() => import('./view/files.ts'));

/**
 * `<s3-upload>`: a form control that sends files straight into a bucket, and shows how they fare.
 *
 * @slot label - In place of the `label` attribute.
 * @slot hint - In place of the `hint` attribute.
 * @slot dropzone - In place of what the zone holds; clicks on it open the picker.
 * @slot icon - In place of the zone's icon.
 * @slot row-actions - Beside the actions of the row, where there is one file.
 * @slot row-actions-ID - The same with `multiple`, for the upload of that id.
 * @slot empty - Shown while there are no uploads.
 *
 * @csspart label - The heading.
 * @csspart zone - Where files are dropped.
 * @csspart icon - The zone's icon.
 * @csspart button - Opens the picker.
 * @csspart limits - What may be chosen.
 * @csspart hint - The line of help.
 * @csspart error - Each line that says what is wrong.
 * @csspart dismiss - Hides the refusals.
 * @csspart summary - The line about all files together.
 * @csspart total - Its words.
 * @csspart list - All rows.
 * @csspart interrupted - Those of an earlier visit, above the others.
 * @csspart row - One of them; its state is a second part, such as `row-failed`.
 * @csspart thumb - Picture or extension.
 * @csspart badge - The check on what is uploaded.
 * @csspart name - The file's name.
 * @csspart meta - The second line.
 * @csspart status - Its first words.
 * @csspart bar - Progress; of a row, or of all.
 * @csspart fill - What the store has.
 * @csspart sent - What is on its way.
 * @csspart actions - The buttons of a row.
 * @csspart pause
 * @csspart resume
 * @csspart retry
 * @csspart again - Chooses a file again that has changed.
 * @csspart continue - Goes on with an upload of an earlier visit, or with all of them.
 * @csspart discard - Gives it up.
 * @csspart cancel
 * @csspart remove
 * @csspart download
 * @csspart start - Starts what waits for it.
 *
 * @cssstate dragging - Files are held over it.
 * @cssstate drag-reject - Files are held over it that it does not take.
 * @cssstate busy - Uploads run.
 * @cssstate paused - None runs, and some are paused.
 * @cssstate offline - Some wait for the network.
 * @cssstate failed - Some have failed.
 * @cssstate complete - All are uploaded.
 * @cssstate empty - There are none.
 * @cssstate user-invalid - It was tried to send the form, and something is wrong.
 *
 * @cssprop --s3-upload-accent - Links, bars, focus. Default: a blue.
 * @cssprop --s3-upload-danger - What is wrong. Default: a red.
 * @cssprop --s3-upload-success - The check on what is uploaded. Default: a green.
 * @cssprop --s3-upload-warning - What waits. Default: an amber.
 * @cssprop --s3-upload-paper - What is behind it, for what is cut out of a colour. Default: `Canvas`.
 * @cssprop --s3-upload-radius - Corners of the zone. Default: `12px`.
 * @cssprop --s3-upload-list-block-size - Greatest height of a list of more than 200 rows. Default: `70vh`.
 *
 * @fires upload-add - Files are about to be taken in; can be cancelled.
 * @fires upload-start - Before the first request for a file; can be cancelled.
 * @fires upload-rejected - Files of one batch were not taken in.
 * @fires upload-progress - Something changed; once a frame at most.
 * @fires upload-done - A file is in the bucket.
 * @fires upload-failed - An upload has given up.
 * @fires upload-removed - A row is gone.
 * @fires upload-settled - Nothing is active any more.
 * @fires input - The value has changed.
 * @fires change - The value has changed, and nothing is active any more.
 * @fires invalid - The form cannot be sent as it is.
 */
export class S3UploadElement extends UploadControl {
  static override styles = styles;

  /**
   * Registers the element under a name. Nothing happens where the name is taken already: the script
   * may be on a page twice.
   */
  static define(tag = 's3-upload', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  readonly #redraw = (): void => this.requestUpdate();
  readonly #language = new Language(this);
  readonly #intake = new Intake(this, {
    isOpen: (way) =>
      !this.isDisabled && !(way === 'drop' && this.noDrop) && !(way === 'paste' && this.noPaste),
    isWelcome: (types) => !refusalText(types, this.#allowed, this.localizer),
    take: (found) => this.take(found),
    loadWalk: loadFiles,
    keepsHandles: () => !this.noResume,
  });
  /** What shows the rows and speaks of them, once it is loaded. */
  #files: Files | undefined;
  #loading: Promise<void> | undefined;
  #view: View | undefined;
  #rejected: readonly Rejection[] = [];
  /** The failed row whose file is being chosen again. */
  #chosenAgain = '';
  /** Files that were gone on with when they were there again. */
  readonly #believed = new WeakSet<File>();

  constructor() {
    super();
    this.internals.role = 'group';
    this.addEventListener('upload-rejected', ({ rejected }) => {
      const isNew = ({ file: { name } }: Rejection): boolean =>
        rejected.every(({ file }) => file.name !== name);
      this.#rejected = [...this.#rejected.filter(isNew), ...rejected];
      for (const { file, error } of rejected) this.#say((to) => to.failed(file, error));
      this.requestUpdate();
    });
    this.addEventListener('upload-failed', ({ upload, error }) =>
      this.#say((to) => to.failed(upload, error)),
    );
    this.addEventListener('upload-done', ({ upload }) => this.#say((to) => to.done(upload)));
  }

  /** Opens the file picker; must be called from a user's gesture. */
  showPicker(): void {
    this.#intake.showPicker();
  }

  override focus(options?: FocusOptions): void {
    this.anchor?.focus(options);
  }

  override clear(): void {
    this.#rejected = [];
    super.clear();
  }

  override formResetCallback(): void {
    this.#rejected = [];
    super.formResetCallback();
  }

  override get anchor(): HTMLElement | undefined {
    return this.shadowRoot?.getElementById('browse') ?? undefined;
  }

  protected override take(found: readonly Found[]): readonly UploadSnapshot[] {
    this.#rejected = [];
    const former = this.#chosenAgain;
    this.#chosenAgain = '';
    const back = this.#back(found);
    if (back) {
      this.retry(back.id);
      return [back];
    }
    const taken = super.take(found);
    if (taken[0] && former) void this.remove(former);
    if (taken[0]) this.#say((to) => to.added(taken.length));
    return taken;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (this.#language.read() || changed.size > 0) {
      const { isDisabled, isMany, canDownload } = this;
      const localizer = (this.localizer = new Localizer(this.#language.tag, this.messages));
      this.#view = { localizer, isDisabled, isMany, canDownload };
    }
    super.willUpdate(changed);
    this.internals.ariaLabel = this.#slotted('label')?.textContent?.trim() ?? this.label ?? null;
  }

  /** Only when the rows are there, too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    const isDone = await super.getUpdateComplete();
    if (!this.#isLoadDue || this.#files) return isDone;
    await this.#loading;
    return super.getUpdateComplete();
  }

  protected override firstUpdated(): void {
    // What the first file needs, as soon as nothing else is to be done.
    (globalThis.requestIdleCallback ?? setTimeout)(() => {
      preload();
      void this.#load();
    });
  }

  protected override update(changed: PropertyValues): void {
    if (this.#isLoadDue) void this.#load();
    this.#files?.focus.remember(this.shadowRoot);
    super.update(changed);
    this.#files?.focus.restore(this.shadowRoot);
  }

  protected override render(): TemplateResult {
    const { accept, capture, label, hint, isUserInvalid } = this;
    const view = this.#view as View;
    const hasRows = this.uploads[0] !== undefined;
    return html`<div class="root" @click=${this.#click}>
      <label part="label" class="label" for="browse" ?hidden=${!label && !this.#slotted('label')}
        ><slot name="label" @slotchange=${this.#redraw}>${label}</slot></label
      >
      ${this.#zone(hasRows)}
      <input
        type="file"
        hidden
        accept=${accept ?? nothing}
        capture=${capture ?? nothing}
        ?multiple=${this.multiple}
        ?webkitdirectory=${this.directory}
        @change=${this.#intake.picked}
        @input=${stop}
        @cancel=${() => (this.#chosenAgain = '')}
      />
      <div id="error" class="errors">
        ${isUserInvalid ? complaint(this.validationMessage) : nothing}
        ${this.#files?.refusals(this.#rejected, view)}
      </div>
      <p part="hint" class="hint" id="hint" ?hidden=${!hint && !this.#slotted('hint')}>
        <slot name="hint" @slotchange=${this.#redraw}>${hint}</slot>
      </p>
      ${this.#files?.draw(view)} ${hasRows ? nothing : html`<slot name="empty"></slot>`}
      <div class="sr" role="log"></div>
    </div>`;
  }

  /** There is something to show that is not loaded with the zone. */
  get #isLoadDue(): boolean {
    return Boolean(this.uploads[0] ?? this.#rejected[0]);
  }

  #load(): Promise<void> {
    return (this.#loading ??= loadFiles().then(
      ({ Files }) => {
        this.#files = new Files(this, () => this.localizer);
        this.#redraw();
      },
      () => {
        setTimeout(() => {
          this.#loading = undefined;
          this.#redraw();
        }, RELOAD_MS);
      },
    ));
  }

  /**
   * The failed upload whose file is there again as it was, such as a drive that was put in again:
   * what the store has of it need not be sent once more. Believed once: not every browser can read
   * the former `File` then.
   */
  #back([found, ...others]: readonly Found[]): UploadSnapshot | undefined {
    if (others[0]) return undefined;
    const back = this.uploads.find(
      ({ status, file }) =>
        status === 'failed' && file && !this.#believed.has(file) && isSame(file, found?.file),
    );
    if (back?.file) this.#believed.add(back.file);
    return back;
  }

  /** Also what happens before the announcer is loaded. */
  #say(what: (to: Announcer) => void): void {
    void this.#load().then(() => this.#files && what(this.#files.announcer));
  }

  #zone(hasRows: boolean): TemplateResult {
    const { localizer, directory, isDisabled, isMany, isUserInvalid, autofocus } = this;
    const [held, notice] = this.#notice();
    this.mark({ dragging: held === 'dragging', 'drag-reject': held === 'drag-reject' });
    const state: ZoneState = {
      isDisabled,
      isUserInvalid,
      isReplaced: this.#slotted('dropzone') !== undefined,
      canDrop: !this.noDrop && !matchMedia(TOUCH_ONLY).matches,
      isMany,
      directory,
      hasRows,
      autofocus,
      limits: limitsText(this.#allowed, localizer, hasRows),
      held,
      notice,
      onSlot: this.#redraw,
    };
    return zone(state, localizer);
  }

  /** Whether files are held over the element, and what is to be said of it. */
  #notice(): [ZoneState['held'], string] {
    const { dragged, reading } = this.#intake;
    const { localizer } = this;
    if (reading) return ['', localizer.text('reading')];
    if (!dragged) return ['', ''];
    const refusal = refusalText(dragged, this.#allowed, localizer);
    if (refusal) return ['drag-reject', refusal];
    const n = dragged.length;
    return ['dragging', localizer.text(n ? 'dropping' : 'droppingUnknown', { n })];
  }

  get #allowed(): Allowed {
    const { accept = '', maxSize, maxFiles, isMany } = this;
    return { accept, maxSize, maxFiles, isMany };
  }

  #slotted(slot: string): Element | undefined {
    return [...this.children].find((child) => child.slot === slot);
  }

  /** All clicks within: the zone opens the picker, a button does what it is there for. */
  readonly #click = (event: Event): void => {
    // Of what a page has put into a slot, the slot: what stands within is the page's own.
    const target = event
      .composedPath()
      .find((node) => (node as Node).getRootNode() === this.shadowRoot) as Element;
    const button = target.closest<HTMLElement>('[data-act]');
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (button) this.#act(button.dataset['act'] as Action, id);
    else if (target.closest('.zone')) {
      // For those who paste next.
      this.focus();
      this.#intake.open();
    }
  };

  #act(act: Action, id = ''): void {
    if (act === 'dismiss') this.#rejected = [];
    else if (act === 'start') this.start();
    else if (act === 'download') void this.#download(id);
    else if (act === 'again') {
      this.#chosenAgain = id;
      this.#intake.open();
    } else if (act === 'cancel' || act === 'remove') void this.remove(id);
    else this[act](id || undefined);
    this.requestUpdate();
  }

  /** In a page of its own: should the address have ended meanwhile, this one must not be left. */
  async #download(id: string): Promise<void> {
    const link = document.createElement('a');
    link.target = '_blank';
    link.rel = 'noopener';
    try {
      link.href = (await this.uploader.fileUrl?.(id)) ?? '';
      link.click();
    } catch (error) {
      const { name = '' } = this.uploads.find((upload) => upload.id === id) ?? {};
      this.#rejected = [{ file: new File([], name), error: error as UploadError }];
      this.requestUpdate();
    }
  }
}

function isSame(one: File, other: File | undefined): boolean {
  return (['name', 'size', 'lastModified'] as const).every((key) => one[key] === other?.[key]);
}

function stop(event: Event): void {
  event.stopPropagation();
}

declare global {
  interface HTMLElementTagNameMap {
    's3-upload': S3UploadElement;
  }
  interface HTMLElementEventMap extends UploadEventMap {}
}
