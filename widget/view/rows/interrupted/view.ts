import { html, nothing, type TemplateResult } from 'lit';
import type { Interrupted as InterruptedUpload } from '../../../core/index.ts';
import type { View } from '../../view.ts';
import { action } from '../action.ts';
import { folderOf, nameView, shownName } from '../name.ts';
import { figure, headline } from '../summary.ts';
import { tile } from '../thumbs/thumbs.ts';
import { figures, status } from '../../words.ts';
import type { Interrupted } from './interrupted.ts';
import { progressText } from '../../../i18n/transfer-texts.ts';

/** More rows would bury the uploads in progress; the others appear as these go. */
const MAX_SHOWN = 20;

/** The interrupted uploads, above those of this visit. */
export function interruptedView(
  interrupted: Interrupted,
  view: View,
): TemplateResult | typeof nothing {
  const { list } = interrupted;
  if (list.length === 0) return nothing;
  const { localizer } = view;
  // Handles the buttons that only these rows have; “Choose again” works as in any row.
  const onClick = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    const action = button?.dataset['act'];
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (action !== 'continue' && action !== 'discard') return;
    event.stopPropagation();
    void interrupted[action](id);
  };
  const isSeveral = list.filter((upload) => interrupted.canContinue(upload)).length > 1;
  const canContinueAll = view.isMany && isSeveral;
  const n = list.length - MAX_SHOWN;
  return html`<div part="interrupted" class="interrupted" @click=${onClick}>
    ${heading(list, canContinueAll, view)}
    <div
      part="list"
      class="list"
      role="grid"
      aria-label=${localizer.text('interrupted')}
      lang=${localizer.foreign ?? nothing}
    >
      ${list.slice(0, MAX_SHOWN).map((upload) => rowView(upload, interrupted.canContinue(upload), view))}
    </div>
    ${n > 0 ? html`<div part="meta" class="meta">${status(localizer.text('more', { n }), localizer)}</div>` : nothing}
  </div>`;
}

/** What the rows below are; offers one click for all of them. */
function heading(
  list: readonly InterruptedUpload[],
  canContinueAll: boolean,
  view: View,
): TemplateResult {
  const { localizer } = view;
  const bytes = list.reduce((sum, upload) => sum + upload.bytes, 0);
  return html`<div class="heading">
    <span class="total"
      >${headline(localizer.text('interrupted'), localizer)}${figure(
        localizer.bytes(bytes),
        localizer,
      )}</span
    >
    <span class="actions"
      >${canContinueAll ? action(view, 'continue', 'play', undefined, 'continueAll') : nothing}${
        list.length > 1 ? action(view, 'discard', 'cross', undefined, 'discardAll') : nothing
      }</span
    >
  </div>`;
}

function rowView(
  { id, name, path, bytes, isElsewhere, stored }: InterruptedUpload,
  canContinue: boolean,
  view: View,
): TemplateResult {
  const { localizer } = view;
  const shown = shownName(folderOf(path) + name);
  return html`<div part="row row-interrupted" class="row row-interrupted" role="row" data-id=${id}>
    <div part="picture" class="picture" aria-hidden="true">
      <span part="thumb" class="thumb">${tile(name)}</span>
    </div>
    <div part="body" class="body" role="gridcell">
      ${nameView(name, path)}
      <div part="meta" class="meta">
        ${status(localizer.text(isElsewhere ? 'elsewhere' : 'interrupted'), localizer)}${figures(
          stored ? progressText(localizer, stored.bytes, bytes) : localizer.bytes(bytes),
          localizer,
        )}
      </div>
    </div>
    <div part="actions" class="actions" role="gridcell">
      ${
        canContinue
          ? action(view, 'continue', 'play', shown, 'continue')
          : action(view, 'again', 'retry', shown, 'again')
      }${action(view, 'discard', 'cross', shown)}
    </div>
  </div>`;
}
