import { html, nothing, type TemplateResult } from 'lit';
import type { Localizer } from '../i18n/localizer.ts';
import { complaint } from './complaint.ts';

/** The element's settings and state, as far as the frame around zone and rows depends on them. */
export interface FrameState {
  readonly accept: string | undefined;
  readonly capture: string | undefined;
  readonly multiple: boolean;
  readonly directory: boolean;
  readonly label: string | undefined;
  readonly hint: string | undefined;
  /** The page fills the slot of this name. */
  readonly hasSlot: (name: string) => boolean;
  /** What is wrong with the control; empty as long as the user need not be told. */
  readonly complaint: string;
  /** Says that the control is required; empty if it is not. */
  readonly requirement: string;
  /** The language of the complaint, if it is not the page's. */
  readonly foreign: Localizer['foreign'];
  readonly isEmpty: boolean;
}

/** What the frame surrounds. */
export interface FrameContent {
  readonly zone: TemplateResult;
  readonly refusals: unknown;
  readonly rows: unknown;
}

export interface FrameListeners {
  readonly onClick: (event: MouseEvent) => void;
  readonly onSlot: () => void;
  readonly onPick: (event: Event) => void;
  /** The picker was closed without a choice. */
  readonly onCancel: () => void;
}

/** Everything in the shadow root: label, zone, picker, errors, hint, rows, and the log. */
export function frame(
  state: FrameState,
  { zone, refusals, rows }: FrameContent,
  { onClick, onSlot, onPick, onCancel }: FrameListeners,
): TemplateResult {
  const { accept, capture, multiple, directory, label, hint, hasSlot } = state;
  return html`<div class="root" @click=${onClick}>
    <label part="label" class="label" for="browse" ?hidden=${!label && !hasSlot('label')}
      ><slot name="label" @slotchange=${onSlot}>${label}</slot></label
    >
    ${zone}
    <input
      type="file"
      hidden
      accept=${accept ?? nothing}
      capture=${capture ?? nothing}
      ?multiple=${multiple}
      ?webkitdirectory=${directory && !multiple}
      @change=${onPick}
      @input=${stop}
      @cancel=${onCancel}
    />${
      // One picker cannot select both.
      directory && multiple
        ? html`<input type="file" hidden webkitdirectory @change=${onPick} @input=${stop} />`
        : nothing
    }
    <div class="errors">
      <div id="error">${state.complaint ? complaint(state.complaint, state.foreign) : nothing}</div>
      ${refusals}
    </div>
    <span id="needed" hidden>${state.requirement}</span>
    <p part="hint" class="hint" id="hint" ?hidden=${!hint && !hasSlot('hint')}>
      <slot name="hint" @slotchange=${onSlot}>${hint}</slot>
    </p>
    ${rows} ${state.isEmpty ? html`<slot name="empty"></slot>` : nothing}
    <div class="sr" role="log"></div>
  </div>`;
}

/** The picker's `input` is not the control's. */
function stop(event: Event): void {
  event.stopPropagation();
}
