/** `<s3-upload-button>`, without registering it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { LinkedElement } from './linked-element.ts';
import type { Way } from '../intake/intake.ts';

/**
 * `<s3-upload-button>`: a button that opens the picker, for uploads that are shown somewhere else.
 *
 * @slot - Replaces the text of the button.
 * @csspart button - The button.
 * @cssprop --s3-upload-accent - Color of the button. Default: a blue, mixed with the text's color.
 */
export class S3UploadButtonElement extends LinkedElement {
  static override styles = css`
    :host {
      /* As in the zone: it suits a dark page without color-scheme, too. */
      --accent: var(--s3-upload-accent, color-mix(in oklab, currentColor 16%, #2f73ff));
      display: inline-block;
    }
    :host([hidden]),
    [hidden] {
      display: none !important;
    }
    button {
      font: inherit;
      font-weight: 600;
      color: var(--accent);
      background: none;
      border: 1.5px solid currentColor;
      border-radius: 8px;
      padding: 6px 14px;
      min-block-size: 32px;
      cursor: pointer;
    }
    button:focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    button:is(:disabled, [aria-disabled]) {
      opacity: 0.55;
      cursor: default;
    }
    @media (forced-colors: active) {
      button:is(:disabled, [aria-disabled]) {
        color: GrayText;
        opacity: 1;
      }
    }
  `;

  /** Registers the element, unless the name is taken. */
  static define(tag = 's3-upload-button', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  protected override isOpen(way: Way): boolean {
    return way === 'pick' && super.isOpen(way);
  }

  protected override render(): TemplateResult {
    const { isDisabled, isMany, directory } = this.settings;
    const choice = directory ? 'chooseFolder' : isMany ? 'choose' : 'chooseOne';
    return html`<button
        type="button"
        part="button"
        ?disabled=${isDisabled}
        aria-disabled=${this.isFull || nothing}
        @click=${(event: MouseEvent) => this.intake.open(event)}
      >
        <slot>${this.label ?? this.language.localizer.text(choice)}</slot></button
      >${this.picker()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    's3-upload-button': S3UploadButtonElement;
  }
}
