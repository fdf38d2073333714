import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../../i18n/en.ts';
import type { Action } from '../clicked.ts';
import { icon, type Icon } from '../row-icons.ts';
import type { View } from '../view.ts';

/** Actions in the row of an interrupted upload. */
export type InterruptedAction = 'continue' | 'discard';

/** Actions that move a row; handled where they are loaded. */
export type ReorderAction = 'raise' | 'lower';

/**
 * A button. What it acts on is found out when it is pressed, from the row that contains it. `name` is
 * the file's name, for users who cannot see the row; `word` is shown beside the icon.
 */
export function action(
  { localizer, isDisabled }: View,
  act: Exclude<Action, 'folder'> | InterruptedAction | ReorderAction,
  picture: Icon,
  name = '',
  word?: MessageId,
): TemplateResult {
  const label = localizer.text(word ?? act);
  return html`<button
    type="button"
    class="act ${word ? 'text' : ''}"
    part=${act}
    data-act=${act}
    aria-label=${`${label} ${name}`.trim()}
    title=${word ? nothing : label}
    lang=${localizer.foreign ?? nothing}
    ?disabled=${isDisabled}
  >
    ${icon(picture)}${word && label}
  </button>`;
}
