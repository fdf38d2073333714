/** `<s3-upload-zone>`, without registering it. */
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { booleanAttribute } from '../control/attributes.ts';
import { setStates } from '../control/states.ts';
import type { Intake, Way } from '../intake/intake.ts';
import { clickedIn } from '../view/clicked.ts';
import { limitsOf, limitsText, refusalText } from '../view/phrases.ts';
import { styles } from '../view/styles.ts';
import { zone, type DragState } from '../view/zone.ts';
import { LinkedElement } from './linked-element.ts';
import { pageScope } from './page-scope.ts';

/**
 * `<s3-upload-zone>`: an area onto which files are dropped, for uploads that are shown somewhere else.
 *
 * @slot dropzone - Replaces the content of the zone; clicks on it open the picker.
 * @slot icon - Replaces the icon of the zone.
 *
 * @csspart zone - The area onto which files are dropped.
 * @csspart icon - The icon of the zone.
 * @csspart button - The button that opens the picker.
 * @csspart limits - What may be chosen.
 *
 * @cssstate dragging - Files are being dragged over the element, or with `page-wide` over the page.
 * @cssstate drag-reject - Files that are not accepted are being dragged over it.
 *
 * @cssprop --s3-upload-accent - Color of links and focus. Default: a blue, mixed with the text's color.
 * @cssprop --s3-upload-danger - Color of a zone that refuses. Default: a red.
 * @cssprop --s3-upload-radius - Corner radius of the zone. Default: `12px`.
 */
export class S3UploadZoneElement extends LinkedElement {
  static override styles = styles;
  static override properties: PropertyDeclarations = {
    ...LinkedElement.properties,
    pageWide: booleanAttribute('page-wide'),
    noPaste: booleanAttribute('no-paste'),
  };

  /** Registers the element, unless the name is taken. */
  static define(tag = 's3-upload-zone', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  /** Files that are dropped or pasted anywhere on the page are taken, unless another element takes them. */
  declare pageWide: boolean;
  /** Turns off pasting. */
  declare noPaste: boolean;

  readonly #internals = this.attachInternals();
  readonly #pageIntake: Intake = this.makeIntake(
    pageScope(this),
    (way) => way !== 'pick' && this.pageWide && this.#isWanted(way),
  );

  constructor() {
    super();
    this.pageWide = this.noPaste = false;
  }

  protected override isOpen(way: Way): boolean {
    return (way === 'pick' || !this.pageWide) && this.#isWanted(way);
  }

  protected override willUpdate(): void {
    const dragState = this.#notice().dragState;
    setStates(this.#internals, {
      dragging: dragState === 'dragging',
      'drag-reject': dragState === 'drag-reject',
    });
  }

  protected override render(): TemplateResult {
    const { isDisabled, isMany, directory } = this.settings;
    const { localizer } = this.language;
    const { dragState, text } = this.#notice();
    return html`<div class="root" @click=${this.#onClick}>
      ${zone(
        {
          isDisabled,
          isUserInvalid: false,
          isFull: this.isFull,
          isReplaced: [...this.children].some(({ slot }) => slot === 'dropzone'),
          canDrop: true,
          isMany,
          directory,
          hasFolderButton: false,
          hasRows: false,
          autofocus: this.autofocus,
          label: this.ariaLabel ?? undefined,
          limits: limitsText(limitsOf(this.settings), localizer, false),
          dragState,
          notice: text,
          onSlot: () => this.requestUpdate(),
        },
        localizer,
      )}${this.picker()}
    </div>`;
  }

  #isWanted(way: Way): boolean {
    return super.isOpen(way) && !(way === 'paste' && this.noPaste);
  }

  #notice(): { readonly dragState: DragState | undefined; readonly text: string } {
    const { localizer } = this.language;
    const intakes = [this.intake, this.#pageIntake];
    if (intakes.some(({ isReading }) => isReading)) {
      return { dragState: undefined, text: localizer.text('reading') };
    }
    const dragged = intakes.map((intake) => intake.dragged).find(Boolean);
    if (this.isFull) {
      const text = localizer.text('too_many_files', { n: this.settings.maxFiles ?? 0 });
      return { dragState: dragged && 'drag-reject', text };
    }
    if (!dragged) return { dragState: undefined, text: '' };
    const refusal = refusalText(dragged, limitsOf(this.settings), localizer);
    if (refusal) return { dragState: 'drag-reject', text: refusal };
    const n = dragged.length;
    const text = localizer.text(n > 0 ? 'dropping' : 'droppingUnknown', { n });
    return { dragState: 'dragging', text };
  }

  readonly #onClick = (event: MouseEvent): void => {
    if (clickedIn(this.shadowRoot, event)?.kind !== 'zone') return;
    // So that a paste that follows finds the element; the button, if hidden, stays so.
    this.focus({ focusVisible: false } as FocusOptions);
    this.intake.open(event);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    's3-upload-zone': S3UploadZoneElement;
  }
}
