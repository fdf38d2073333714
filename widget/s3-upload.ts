import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { UploadEventMap } from './core/events.ts';
import type { Rejection, UploadSnapshot } from './core/types.ts';
import { languageOf } from './i18n/language.ts';
import { onLocale } from './i18n/locales.ts';
import { Localizer } from './i18n/localizer.ts';
import type { Found } from './intake/drop.ts';
import { Intake } from './intake/intake.ts';
import { News } from './news.ts';
import { UploadControl } from './upload-control.ts';
import type { Action } from './view/action.ts';
import { FocusKeeper } from './view/focus.ts';
import { RowList } from './view/list.ts';
import { limitsText, refusalText, type Allowed } from './view/phrases.ts';
import { complaints } from './view/refusals.ts';
import { styles } from './view/styles.ts';
import { summary } from './view/summary.ts';
import { Thumbs } from './view/thumbs.ts';
import type { View } from './view/view.ts';
import { zone, type ZoneState } from './view/zone.ts';

/** Nothing can be dragged where there is only a finger. */
const TOUCH_ONLY = '(any-pointer: coarse) and (not (any-pointer: fine))';

/** `<s3-upload>`: a form control that sends files straight into a bucket, and shows how they fare. */
export class S3UploadElement extends UploadControl {
  static override styles = styles;

  /**
   * Registers the element under a name. Nothing happens where the name is taken already: the script
   * may be on a page twice.
   */
  static define(tag = 's3-upload', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  readonly #intake = new Intake(this, {
    isOpen: () => !this.isDisabled,
    takesDrops: () => !this.noDrop,
    takesPaste: () => !this.noPaste,
    isWelcome: (dragged) => !refusalText(dragged, this.#allowed, this.localizer),
    take: (found) => this.take(found),
  });
  readonly #thumbs = new Thumbs(() => this.requestUpdate());
  readonly #list = new RowList(() => this.requestUpdate());
  readonly #focus = new FocusKeeper();
  readonly #news = new News(this, () => ({ localizer: this.localizer, totals: this.totals }));
  #watching = new AbortController();
  #language: string | undefined;
  #view: View | undefined;
  #rejected: readonly Rejection[] = [];
  /** The failed row whose file is being chosen again. */
  #chosenAgain: string | undefined;

  constructor() {
    super();
    this.internals.role = 'group';
    this.addEventListener('upload-rejected', ({ rejected }) => {
      this.#rejected = [...this.#rejected, ...rejected];
      this.requestUpdate();
    });
  }

  /** Opens the file picker; must be called from a user's gesture. */
  showPicker(): void {
    this.#intake.showPicker();
  }

  override focus(options?: FocusOptions): void {
    this.anchor?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watching = new AbortController();
    this.#watchLanguage(this.#watching.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watching.abort();
  }

  override clear(): void {
    this.#rejected = [];
    super.clear();
  }

  override formResetCallback(): void {
    this.#rejected = [];
    super.formResetCallback();
  }

  protected override get anchor(): HTMLElement | undefined {
    return this.shadowRoot?.getElementById('browse') ?? undefined;
  }

  protected override take(found: Found): readonly UploadSnapshot[] {
    this.#rejected = [];
    // First, so that the file is not refused as one that is in the list already.
    if (this.#chosenAgain !== undefined) void this.remove(this.#chosenAgain);
    this.#chosenAgain = undefined;
    const taken = super.take(found);
    if (taken.length > 0) this.#news.added(taken.length);
    return taken;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { isDisabled, isMany, canDownload } = this;
    const language = languageOf(this);
    const speaksAnew = language !== this.#language || changed.has('messages');
    if (speaksAnew) this.localizer = new Localizer(language, this.messages);
    this.#language = language;
    super.willUpdate(changed);
    const view = {
      localizer: this.localizer,
      isDisabled,
      isMany,
      canDownload,
      thumbs: this.#thumbs,
    };
    if (!isSame(this.#view, view)) this.#view = view;
    this.internals.ariaLabel = this.label ?? null;
    const { held } = this.#held;
    this.mark('dragging', held === 'dragging');
    this.mark('drag-reject', held === 'drag-reject');
  }

  protected override update(changed: PropertyValues<this>): void {
    this.#focus.remember(this.shadowRoot);
    super.update(changed);
    this.#focus.restore(this.shadowRoot);
  }

  protected override render(): TemplateResult {
    const { uploads, totals, complaint, accept, capture } = this;
    const view = this.#view;
    if (!view) return html``;
    return html`<div class="root" @click=${this.#click}>
      <label part="label" class="label" for="browse" ?hidden=${!this.label && !this.#has('label')}
        ><slot name="label" @slotchange=${this.#redraw}>${this.label}</slot></label
      >
      ${this.#zone()}
      <input
        type="file"
        hidden
        accept=${accept ?? nothing}
        capture=${capture ?? nothing}
        ?multiple=${this.multiple}
        ?webkitdirectory=${this.directory}
        @change=${this.#intake.picked}
        @input=${stop}
        @cancel=${this.#giveUp}
      />
      ${complaints(complaint, this.#rejected, view)}
      <p part="hint" class="hint" id="hint" ?hidden=${!this.hint && !this.#has('hint')}>
        <slot name="hint" @slotchange=${this.#redraw}>${this.hint}</slot>
      </p>
      ${totals.files > 1 || this.isHeld ? summary(totals, this.isHeld, view) : nothing}
      ${uploads.length > 0 ? this.#list.render(uploads, view) : html`<slot name="empty"></slot>`}
      <div class="sr" role="log"></div>
    </div>`;
  }

  #zone(): TemplateResult {
    const { localizer, directory, uploads } = this;
    const hasRows = uploads.length > 0;
    return zone({
      localizer,
      multiple: this.isMany,
      directory,
      hasRows,
      hasFocus: this.autofocus,
      isDisabled: this.isDisabled,
      isInvalid: this.complaint !== undefined,
      isReplaced: this.#has('dropzone'),
      canDrop: !this.noDrop && !matchMedia(TOUCH_ONLY).matches,
      limits: limitsText(this.#allowed, localizer, hasRows),
      ...this.#held,
      onSlot: this.#redraw,
    });
  }

  /** What is held over the element, and what is to be said of it. */
  get #held(): Pick<ZoneState, 'held' | 'notice'> {
    const { dragged, isReading } = this.#intake;
    const { localizer } = this;
    if (isReading) return { notice: localizer.text('reading') };
    if (!dragged) return {};
    const refusal = refusalText(dragged, this.#allowed, localizer);
    if (refusal) return { held: 'drag-reject', notice: refusal };
    const n = dragged.types.length;
    return {
      held: 'dragging',
      notice: localizer.text(n > 0 ? 'dropping' : 'droppingUnknown', { n }),
    };
  }

  get #allowed(): Allowed {
    const { accept, maxSize, maxFiles, isMany } = this;
    return { accept, maxSize, maxFiles, isMany };
  }

  #has(slot: string): boolean {
    return [...this.children].some((child) => child.slot === slot);
  }

  readonly #redraw = (): void => this.requestUpdate();

  readonly #giveUp = (): void => {
    this.#chosenAgain = undefined;
  };

  /** All clicks within: the zone opens the picker, a button does what it is there for. */
  readonly #click = (event: Event): void => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>('[data-act]');
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (button) this.#act(button.dataset['act'] as Action, id);
    else if (target.closest('.zone') || target.assignedSlot?.closest('.zone')) {
      // For those who paste next.
      this.focus();
      this.#intake.open();
    }
  };

  #act(act: Action, id: string | undefined): void {
    switch (act) {
      case 'pause':
      case 'resume':
      case 'retry':
        return this[act](id);
      case 'start':
        return this.start();
      case 'again':
        this.#chosenAgain = id;
        return this.#intake.open();
      case 'dismiss':
        this.#rejected = [];
        return this.requestUpdate();
      case 'download':
        return void this.#download(id ?? '');
      default:
        return void this.remove(id ?? '');
    }
  }

  /** In a page of its own: should the address have ended meanwhile, this one must not be left. */
  async #download(id: string): Promise<void> {
    const link = document.createElement('a');
    link.href = (await this.uploader.fileUrl?.(id)) ?? '';
    link.target = '_blank';
    link.rel = 'noopener';
    link.click();
  }

  #watchLanguage(signal: AbortSignal): void {
    const redraw = (): void => {
      this.#language = undefined;
      this.requestUpdate();
    };
    const observer = new MutationObserver(redraw);
    observer.observe(document, { attributeFilter: ['lang'], subtree: true });
    const forget = onLocale(redraw);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      forget();
    });
  }
}

function stop(event: Event): void {
  event.stopPropagation();
}

function isSame<T extends object>(a: T | undefined, b: T): boolean {
  return a !== undefined && (Object.keys(b) as (keyof T)[]).every((key) => a[key] === b[key]);
}

declare global {
  interface HTMLElementTagNameMap {
    's3-upload': S3UploadElement;
  }
  interface HTMLElementEventMap extends UploadEventMap {}
}
