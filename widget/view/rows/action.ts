import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../../i18n/en.ts';
import type { Action } from '../clicked.ts';
import { icon, type Icon } from './icons.ts';
import type { View } from '../view.ts';

/** Actions in the row of an interrupted upload. */
export type InterruptedAction = 'continue' | 'discard';

/** Actions that move a row; handled where they are loaded. */
export type ReorderAction = 'raise' | 'lower';

/**
 * A button. What it acts on is found out when it is pressed, from the row that contains it. `name` is
 * the file's name, for users who cannot see the row; a button outside rows has none, and is reached
 * with the Tab key instead of the arrow keys. `word` is shown beside the icon.
 */
export function action(
  { localizer, isDisabled }: View,
  act: Exclude<Action, 'folder'> | InterruptedAction | ReorderAction,
  picture: Icon,
  name?: string,
  word?: MessageId,
): TemplateResult {
  const text = localizer.text(word ?? act);
  const label = name ? `${text} ${name}` : text;
  return html`<button
    type="button"
    class="act ${word ? 'text' : ''}"
    part=${act}
    data-act=${act}
    aria-label=${label}
    lang=${localizer.foreign ?? nothing}
    tabindex=${name === undefined ? nothing : -1}
    ?disabled=${isDisabled}
  >
    ${word ? icon(picture) : html`<span title=${text} aria-hidden="true">${icon(picture)}</span>`}${word && text}
  </button>`;
}
