import { html, nothing, type TemplateResult } from 'lit';
import type { Interrupted } from '../core/types.ts';
import type { Offers } from '../offers.ts';
import { action } from './action.ts';
import { nameView, shownName } from './name.ts';
import { tile } from './tile.ts';
import type { View } from './view.ts';

/** What can be gone on with, above what is under way. */
export function offersView(offers: Offers, view: View): TemplateResult | typeof nothing {
  if (!offers.list[0]) return nothing;
  // Its own buttons; to choose a file again is the same as in any row.
  const act = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    const what = button?.dataset['act'];
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (what !== 'continue' && what !== 'discard') return;
    event.stopPropagation();
    void (id ? offers[what](id) : offers.continueAll());
  };
  const canAll = view.isMany && offers.list.filter((one) => offers.canContinue(one)).length > 1;
  return html`<div part="interrupted" @click=${act}>
    ${canAll ? heading(offers.list, view) : nothing}
    <div class="list" role="list" aria-label=${view.localizer.text('interrupted')}>
      ${offers.list.map((offer) => offerView(offer, offers.canContinue(offer), view))}
    </div>
  </div>`;
}

/** With several, one click is still enough. */
function heading(list: readonly Interrupted[], view: View): TemplateResult {
  const { localizer } = view;
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  return html`<div class="heading">
    <span class="total"
      ><b>${localizer.text('interrupted')}</b> <span>· ${localizer.bytes(bytes)}</span></span
    >
    <span class="actions">${action(view, 'continue', 'play', '', 'continueAll')}</span>
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
