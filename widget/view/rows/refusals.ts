import { html, nothing, type TemplateResult } from 'lit';
import type { Rejection } from '../../core/index.ts';
import { reasonOf } from '../../i18n/reason.ts';
import { action } from './action.ts';
import { complaint } from '../complaint.ts';
import { shownName } from './name.ts';
import type { View } from '../view.ts';

/** More lines would bury the list; the rest is given as a number. */
const MAX_SHOWN = 3;

/** Which files of the last batch were refused, and why. */
export function refusals(
  rejected: readonly Rejection[],
  view: View,
): TemplateResult | typeof nothing {
  if (rejected.length === 0) return nothing;
  const n = rejected.length - MAX_SHOWN;
  const { localizer } = view;
  const { foreign } = localizer;
  return html`<div id="refusals">
      ${rejected
        .slice(0, MAX_SHOWN)
        .map(({ file, error }) =>
          complaint(
            html`<bdi>${shownName(file.name)}</bdi>: ${reasonOf(error, localizer)}`,
            foreign,
          ),
        )}${n > 0 ? complaint(localizer.text('more', { n }), foreign) : nothing}
    </div>
    ${action(view, 'dismiss', 'cross')}`;
}
