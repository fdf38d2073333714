import { html, type TemplateResult } from 'lit';
import { icon, ICONS } from './icons.ts';

/** A line about what is wrong. */
export function complaint(line: unknown): TemplateResult {
  return html`<p part="error" class="error">${icon(ICONS.alert)}<span>${line}</span></p>`;
}
