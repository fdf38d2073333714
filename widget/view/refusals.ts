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
  invalid: string | undefined,
  rejected: readonly Rejection[],
  view: View,
): TemplateResult {
  const more = rejected.length - MOST_SHOWN;
  return html`<div id="error" class="errors">
    ${invalid ? line(invalid) : nothing}
    ${rejected
      .slice(0, MOST_SHOWN)
      .map(({ file, error }) =>
        line(html`<bdi>${shownName(file.name)}</bdi>: ${reasonOf(error, view.localizer)}`),
      )}
    ${more > 0 ? line(view.localizer.text('more', { n: more })) : nothing}
    ${rejected.length > 0 ? action('dismiss', { icon: 'cross' }, view) : nothing}
  </div>`;
}

function line(text: unknown): TemplateResult {
  return html`<p part="error" class="error">${icon('alert')}<span>${text}</span></p>`;
}
