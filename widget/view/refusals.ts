import { html, nothing, type TemplateResult } from 'lit';
import type { Rejection } from '../core/types.ts';
import { reasonOf } from '../i18n/reason.ts';
import { action } from './action.ts';
import { icon } from './icons.ts';
import { shownName } from './name.ts';
import type { View } from './view.ts';

/** More would bury the list; the rest is a number. */
const MOST_SHOWN = 3;

/** What is wrong with the field, and what of the last batch was not taken in and why. */
export function complaints(
  invalid: string,
  rejected: readonly Rejection[],
  view: View,
): TemplateResult {
  const n = rejected.length - MOST_SHOWN;
  const lines: unknown[] = rejected
    .slice(0, MOST_SHOWN)
    .map(
      ({ file, error }) =>
        html`<bdi>${shownName(file.name)}</bdi>: ${reasonOf(error, view.localizer)}`,
    );
  if (invalid) lines.unshift(invalid);
  if (n > 0) lines.push(view.localizer.text('more', { n }));
  return html`<div id="error" class="errors">
    ${lines.map(
      (line) => html`<p part="error" class="error">${icon('alert')}<span>${line}</span></p>`,
    )}
    ${rejected.length > 0 ? action(view, 'dismiss', 'cross') : nothing}
  </div>`;
}
