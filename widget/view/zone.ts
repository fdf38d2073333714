import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';
import { icon, ICONS } from './icons.ts';

/** Everything that the zone's look depends on. */
export interface ZoneState {
  readonly isDisabled: boolean;
  readonly isUserInvalid: boolean;
  /** The page has put its own content into the `dropzone` slot. */
  readonly isReplaced: boolean;
  /** Files can be dropped: allowed by the author, and there is a pointer that can drag. */
  readonly canDrop: boolean;
  readonly isMany: boolean;
  readonly directory: boolean;
  readonly hasRows: boolean;
  readonly autofocus: boolean;
  readonly limits: string;
  /** Files are held over it, welcome or not: a state, and a class. */
  readonly held: '' | 'dragging' | 'drag-reject';
  /** Said in place of the invitation: what a drop would do, or that a folder is being read. */
  readonly notice: string;
  readonly onSlot: () => void;
}

/** Where files come in: an invitation while empty, one slim line once there are rows. */
export function zone(state: ZoneState, localizer: Localizer): TemplateResult {
  const { isDisabled, isUserInvalid, isReplaced, isMany, directory, hasRows, held, notice } = state;
  const invitation = localizer.text(invitationOf(state)).split('{browse}');
  // No sentence stands around it that it could be named after.
  const isAlone = isReplaced || invitation[1] === undefined;
  const choice = directory ? 'chooseFolder' : isMany ? 'choose' : 'chooseOne';
  const browse = html`<button
    type="button"
    part="button"
    class=${isReplaced ? 'button sr' : 'button'}
    id="browse"
    ?disabled=${isDisabled}
    ?autofocus=${state.autofocus}
    aria-labelledby=${isAlone ? nothing : 'lead'}
    aria-describedby="limits hint error"
  >
    ${localizer.text(isAlone ? choice : 'browse')}
  </button>`;
  // A single file is one field of a form among others, and takes no more room than they do.
  const isSlim = hasRows || !isMany;
  // The invitation is only covered by a notice, never taken away: its button may have the focus.
  return html`<div
    part="zone"
    class="zone ${held} ${isSlim ? 'slim' : ''} ${isDisabled ? 'disabled' : ''} ${
      isUserInvalid ? 'invalid' : ''
    }"
  >
    <slot name="dropzone" @slotchange=${state.onSlot}>
      <span part="icon" class="icon"
        ><slot name="icon"
          >${icon(ICONS[held === 'drag-reject' ? 'no' : hasRows && !held ? 'plus' : 'up'])}</slot
        ></span
      >
      ${
        isReplaced
          ? nothing
          : html`<span class=${notice ? 'lead sr' : 'lead'} id="lead"
              >${isAlone ? browse : html`${invitation[0]}${browse}${invitation[1]}`}</span
            >`
      }
      ${notice && html`<span class="lead">${notice}</span>`}
      <span part="limits" class="limits" id="limits">${state.limits}</span>
    </slot>
    ${isReplaced ? browse : nothing}
  </div>`;
}

function invitationOf({ canDrop, isMany, directory, hasRows }: ZoneState): MessageId {
  if (!canDrop) return 'browse';
  if (hasRows) return isMany ? 'dropMore' : 'dropOther';
  return directory ? 'dropFolder' : isMany ? 'drop' : 'dropOne';
}
