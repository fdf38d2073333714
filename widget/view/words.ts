import { html, nothing, type TemplateResult } from 'lit';
import type { Localizer } from '../i18n/localizer.ts';

/**
 * How something stands, in words; or in figures, if nothing needs saying. The text is set as a whole,
 * because a browser that translates the page replaces the text nodes in it, and Lit would go on writing
 * to those that are gone.
 */
export function status(text: string, localizer: Localizer, isFigures = false): TemplateResult {
  const { foreign } = localizer;
  return html`<span
    part="status"
    class="status"
    translate=${isFigures ? 'no' : nothing}
    lang=${foreign ?? nothing}
    dir=${foreign ? 'ltr' : nothing}
    .textContent=${text}
  ></span>`;
}

/** Figures, which a browser that translates the page leaves alone. `name` is another class. */
export function figures(text: string, localizer: Localizer, name = ''): TemplateResult {
  const { foreign } = localizer;
  return html`<span
    class="figure ${name}"
    translate="no"
    lang=${foreign ?? nothing}
    dir=${foreign ? 'ltr' : nothing}
    >${text}</span
  >`;
}
