import { html, nothing, type TemplateResult } from 'lit';
import type { Localizer } from '../../i18n/localizer.ts';

/**
 * A named progress bar in two tones: what the store has, and behind it what is on its way, each as a
 * fraction. `text` is what a screen reader says; it is left out while nothing is known.
 */
export function bar(
  label: string,
  loaded: number,
  sent: number,
  text: string | undefined,
  { foreign }: Localizer,
): TemplateResult {
  // A property, which is CSSOM. `style-src 'self'` forbids a `style` attribute, and with it the first
  // render of Lit's `styleMap`: https://github.com/lit/lit/issues/4719
  return html`<div
    part="bar"
    class="bar"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${text ? Math.floor(loaded * 100) : nothing}
    aria-valuetext=${text ?? nothing}
    lang=${foreign ?? nothing}
    .style=${`--loaded:${loaded};--sent:${sent}`}
  >
    <i part="sent" class="sent"></i><i part="fill" class="fill"></i>
  </div>`;
}
