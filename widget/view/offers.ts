import { html, nothing, type TemplateResult } from 'lit';
import type { Interrupted } from '../core/types.ts';
import type { Offers } from '../offers.ts';
import { action } from './action.ts';
import { nameView, shownName } from './name.ts';
import { tile } from './tile.ts';
import type { View } from './view.ts';

/** More would bury what is under way; the rest comes up as these go. */
const MOST_SHOWN = 20;

/** What can be gone on with, above what is under way. */
export function offersView(offers: Offers, view: View): TemplateResult | typeof nothing {
  const { list } = offers;
  if (!list[0]) return nothing;
  const { localizer } = view;
  // Its own buttons; to choose a file again is the same as in any row.
  const act = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    const what = button?.dataset['act'];
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (what !== 'continue' && what !== 'discard') return;
    event.stopPropagation();
    void offers[what](id);
  };
  const canAll = view.isMany && list.filter((one) => offers.canContinue(one)).length > 1;
  const n = list.length - MOST_SHOWN;
  return html`<div part="interrupted" @click=${act}>
    ${list[1] ? heading(list, canAll, view) : nothing}
    <div class="list" role="list" aria-label=${localizer.text('interrupted')}>
      ${list.slice(0, MOST_SHOWN).map((offer) => offerView(offer, offers.canContinue(offer), view))}
    </div>
    ${n > 0 ? html`<div part="meta" class="meta">${localizer.text('more', { n })}</div>` : nothing}
  </div>`;
}

/** With several, one click is still enough. */
function heading(list: readonly Interrupted[], canAll: boolean, view: View): TemplateResult {
  const { localizer } = view;
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  return html`<div class="heading">
    <span class="total"
      ><b>${localizer.text('interrupted')}</b> <span>· ${localizer.bytes(bytes)}</span></span
    >
    <span class="actions"
      >${canAll ? action(view, 'continue', 'play', '', 'continueAll') : nothing}${action(
        view,
        'discard',
        'cross',
        '',
        'discardAll',
      )}</span
    >
  </div>`;
}

function offerView(
  { id, name, bytes }: Interrupted,
  canContinue: boolean,
  view: View,
): TemplateResult {
  const { localizer } = view;
  const shown = shownName(name);
  return html`<div
    part="row row-interrupted"
    class="row row-interrupted"
    role="listitem"
    data-id=${id}
  >
    <span part="thumb" class="thumb">${tile(name)}</span>
    <div class="body">
      ${nameView(name)}
      <div part="meta" class="meta">
        <span part="status" class="status">${localizer.text('interrupted')}</span>
        <span>${localizer.bytes(bytes)}</span>
      </div>
    </div>
    <div part="actions" class="actions">
      ${
        canContinue
          ? action(view, 'continue', 'play', shown, 'continue')
          : action(view, 'again', 'retry', shown, 'again')
      }${action(view, 'discard', 'cross', shown)}
    </div>
  </div>`;
}
