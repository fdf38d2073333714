import { html, type TemplateResult } from 'lit';
import { icon } from './icons.ts';

/** A line that says what is wrong. */
export function complaint(line: unknown): TemplateResult {
  return html`<p part="error" class="error">${icon('alert')}<span>${line}</span></p>`;
}
