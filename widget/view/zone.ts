import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';
import { icon } from './icons.ts';

/** Everything that the zone's look depends on. */
export interface ZoneState {
  readonly localizer: Localizer;
  readonly isDisabled: boolean;
  readonly isInvalid: boolean;
  /** The page has put its own content into the `dropzone` slot. */
  readonly isReplaced: boolean;
  /** Files can be dropped: allowed by the author, and there is a pointer that can drag. */
  readonly canDrop: boolean;
  readonly multiple: boolean;
  readonly directory: boolean;
  readonly hasRows: boolean;
  readonly hasFocus: boolean;
  readonly limits: string;
  /** Files are held over it: welcome or not. */
  readonly held?: 'dragging' | 'drag-reject' | undefined;
  /** Said in place of the invitation: what a drop would do, or that a folder is being read. */
  readonly notice?: string | undefined;
  readonly onSlot: () => void;
}

/** Where files come in: an invitation while empty, one slim line once there are rows. */
export function zone(state: ZoneState): TemplateResult {
  const { isDisabled, isInvalid, isReplaced, held, multiple, hasRows } = state;
  const classes = [
    'zone',
    // A single file is one field of a form among others, and takes no more room than they do.
    (hasRows || !multiple) && 'slim',
    isDisabled && 'disabled',
    isInvalid && 'invalid',
    held,
  ];
  const picture = held === 'drag-reject' ? 'no' : hasRows && !held ? 'plus' : 'up';
  return html`<div part="zone" class=${classes.filter(Boolean).join(' ')}>
    <slot name="dropzone" @slotchange=${state.onSlot}>
      <span part="icon" class="icon"><slot name="icon">${icon(picture)}</slot></span>
      ${isReplaced ? nothing : lead(state)}
      <span part="limits" class="limits" id="limits">${state.limits}</span>
    </slot>
    ${isReplaced ? browse(state, true) : nothing}
  </div>`;
}

/** The invitation is only covered by a notice, never taken away: its button may have the focus. */
function lead(state: ZoneState): TemplateResult {
  const { localizer, notice } = state;
  const [before, after] = localizer.text(sentenceOf(state)).split('{browse}');
  const isSentence = after !== undefined;
  return html`<span class=${notice ? 'lead sr' : 'lead'} id="lead"
      >${isSentence ? html`${before}${browse(state)}${after}` : browse(state, true)}</span
    >${notice ? html`<span class="lead">${notice}</span>` : nothing}`;
}

/** `isAlone`: no sentence stands around it that it could be named after. */
function browse(state: ZoneState, isAlone = false): TemplateResult {
  const { localizer, isDisabled, isReplaced, hasFocus } = state;
  return html`<button
    type="button"
    part="button"
    class=${isReplaced ? 'button sr' : 'button'}
    id="browse"
    ?disabled=${isDisabled}
    ?autofocus=${hasFocus}
    aria-labelledby=${isAlone ? nothing : 'lead'}
    aria-describedby="limits hint error"
  >
    ${localizer.text(isAlone ? chooseOf(state) : 'browse')}
  </button>`;
}

function sentenceOf(state: ZoneState): MessageId {
  const { canDrop, multiple, directory, hasRows } = state;
  if (!canDrop) return chooseOf(state);
  if (hasRows) return multiple ? 'dropMore' : 'dropOther';
  if (directory) return 'dropFolder';
  return multiple ? 'drop' : 'dropOne';
}

function chooseOf({ multiple, directory }: ZoneState): MessageId {
  if (directory) return 'chooseFolder';
  return multiple ? 'choose' : 'chooseOne';
}
