import { css, html, nothing, type TemplateResult } from 'lit';
import type { Rejection } from '../../core/index.ts';
import { reasonOf } from '../../i18n/reason.ts';
import { action } from './action.ts';
import { complaint } from '../complaint.ts';
import { shownName } from './name.ts';
import type { View } from '../view.ts';

/** More lines would bury the list; the rest is given as a number. */
const MAX_SHOWN = 3;

export const refusalStyles = css`
  /* Beside the button that takes the lines away. */
  .errors:has(.act) {
    display: flow-root;
    position: relative;
    padding-inline-end: max(36px, 2.25em);
  }
  .errors .act {
    position: absolute;
    inset-block-start: 0;
    inset-inline-end: 0;
  }
`;

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
