import { html, nothing, type TemplateResult } from 'lit';
import type { Rejection } from '../core/types.ts';
import { reasonOf } from '../i18n/reason.ts';
import { action } from './action.ts';
import { complaint } from './complaint.ts';
import { shownName } from './name.ts';
import type { View } from './view.ts';

/** More would bury the list; the rest is a number. */
const MOST_SHOWN = 3;

/** What of the last batch was not taken in, and why. */
export function refusals(
  rejected: readonly Rejection[],
  view: View,
): TemplateResult | typeof nothing {
  if (!rejected[0]) return nothing;
  const n = rejected.length - MOST_SHOWN;
  return html`${rejected
    .slice(0, MOST_SHOWN)
    .map(({ file, error }) =>
      complaint(html`<bdi>${shownName(file.name)}</bdi>: ${reasonOf(error, view.localizer)}`),
    )}${n > 0 ? complaint(view.localizer.text('more', { n })) : nothing}
  ${action(view, 'dismiss', 'cross')}`;
}
