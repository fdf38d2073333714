import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../i18n/en.ts';
import type { Localizer } from '../i18n/localizer.ts';
import { icon } from './icons.ts';

/** Files are dragged over the element: those that it accepts, or others. */
export type DragState = 'dragging' | 'drag-reject';

/** Everything that the look of the zone depends on. */
export interface ZoneState {
  readonly isDisabled: boolean;
  readonly isUserInvalid: boolean;
  /** As many files are in the list as the page allows. */
  readonly isFull: boolean;
  /** The page has put its own content into the `dropzone` slot. */
  readonly isReplaced: boolean;
  /** True if the page allows dropping and there is a pointer that can drag. */
  readonly canDrop: boolean;
  readonly isMany: boolean;
  /** The picker selects folders only. */
  readonly directory: boolean;
  /** A second button selects a folder. */
  readonly hasFolderButton: boolean;
  readonly hasRows: boolean;
  readonly autofocus: boolean;
  /** Name of the control; the button's name begins with it. */
  readonly label: string | undefined;
  readonly limits: string;
  /** Files are dragged over it, welcome or not: a state of the element, and a class. */
  readonly dragState: DragState | undefined;
  /** Shown in place of the invitation: what a drop would do, or that a folder is being read. */
  readonly notice: string;
  readonly onSlot: () => void;
}

/** Draws where files are chosen, or what stands in its place. */
export type ZoneView = (state: ZoneState, localizer: Localizer) => TemplateResult;

/** Where the focus goes, and where the browser shows that the control is invalid. */
export function anchorIn(root: ShadowRoot | null): HTMLElement | undefined {
  return root?.getElementById('browse') ?? undefined;
}

/** Where files are dropped: an invitation while empty, one slim line once there are rows. */
export function zone(state: ZoneState, localizer: Localizer): TemplateResult {
  const {
    isDisabled,
    isUserInvalid,
    isFull,
    isReplaced,
    canDrop,
    isMany,
    directory,
    hasRows,
    dragState,
    notice,
  } = state;
  const invitation = isFull ? ['', ''] : localizer.text(invitationOf(state)).split('{browse}');
  const { foreign } = localizer;
  const lang = foreign ?? nothing;
  const dir = foreign ? 'ltr' : nothing;
  // Without a sentence around it, the button needs a name of its own.
  const isAlone = isReplaced || invitation[1] === undefined;
  const choice = directory ? 'chooseFolder' : isMany ? 'choose' : 'chooseOne';
  const isBare = isAlone || isFull;
  const text = localizer.text(isBare ? choice : 'browse');
  // Not `aria-labelledby`: the label may be outside of the shadow root.
  const name = [state.label, isBare ? text : invitation.join(text)].filter(Boolean).join(' ');
  const browse = html`<button
    type="button"
    part="button"
    class="button ${isReplaced ? 'sr' : ''}"
    id="browse"
    ?disabled=${isDisabled}
    aria-disabled=${isFull || nothing}
    ?autofocus=${state.autofocus}
    aria-label=${name}
    aria-describedby="limits hint needed error refusals"
    lang=${lang}
  >
    ${text}
  </button>`;
  // A control for a single file is one field among others, and takes no more room than they do.
  const isSlim = hasRows || !isMany;
  // A notice hides the invitation but does not replace it: its button may have the focus.
  return html`<div
    part="zone"
    class="zone ${dragState ?? ''} ${isSlim ? 'slim' : ''} ${canDrop && !isFull ? 'droppable' : ''} ${isDisabled ? 'disabled' : ''} ${isFull ? 'full' : ''} ${
      isUserInvalid ? 'invalid' : ''
    }"
  >
    <slot name="dropzone" @slotchange=${state.onSlot}>
      <span part="icon" class="icon"
        ><slot name="icon"
          >${icon(dragState === 'drag-reject' ? 'no' : isFull ? 'file' : hasRows && !dragState ? 'plus' : 'up')}</slot
        ></span
      >
      ${
        isReplaced
          ? nothing
          : html`<span class=${notice ? 'sr' : ''} lang=${lang} dir=${dir}
              >${isAlone ? browse : html`${invitation[0]}${browse}${invitation[1]}`}</span
            >`
      }
      ${
        state.hasFolderButton
          ? html`<button
              type="button"
              part="button"
              class="button ${notice ? 'sr' : ''}"
              ?disabled=${isDisabled}
              aria-disabled=${isFull || nothing}
              data-act="folder"
              lang=${lang}
            >
              ${localizer.text('chooseFolder')}
            </button>`
          : nothing
      }
      ${notice && html`<span lang=${lang} dir=${dir}>${notice}</span>`}
      <span part="limits" class="limits" id="limits" lang=${lang} dir=${dir}>${state.limits}</span>
    </slot>
    ${isReplaced ? browse : nothing}
  </div>`;
}

function invitationOf({ canDrop, isMany, directory, hasRows }: ZoneState): MessageId {
  if (!canDrop) return 'browse';
  if (hasRows) return isMany ? 'dropMore' : 'dropOther';
  return directory ? 'dropFolder' : isMany ? 'drop' : 'dropOne';
}
