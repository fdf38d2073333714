import { html, nothing, type TemplateResult } from 'lit';

/**
 * A named progress bar in two tones: what the store has, and behind it what is on its way; in
 * parts of one. `text` is what a screen reader says; left out while nothing is known.
 */
export function bar(label: string, loaded: number, sent: number, text?: string): TemplateResult {
  // As a property, which is CSSOM. A `style` attribute, and Lit's `styleMap` on its first render,
  // are what `style-src 'self'` forbids: https://github.com/lit/lit/issues/4719
  return html`<div
    part="bar"
    class="bar"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${text ? Math.floor(loaded * 100) : nothing}
    aria-valuetext=${text ?? nothing}
    .style=${`--loaded:${loaded};--sent:${sent}`}
  >
    <i part="sent" class="sent"></i><i part="fill" class="fill"></i>
  </div>`;
}
