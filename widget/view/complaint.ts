import { html, nothing, type TemplateResult } from 'lit';
import type { Localizer } from '../i18n/localizer.ts';
import { icon } from './icons.ts';

/** A line that says what is wrong, in the page's language or in a foreign one. */
export function complaint(line: unknown, foreign: Localizer['foreign']): TemplateResult {
  return html`<p part="error" class="error">
    ${icon('alert')}<span lang=${foreign ?? nothing} dir=${foreign ? 'ltr' : nothing}>${line}</span>
  </p>`;
}
