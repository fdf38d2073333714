import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../i18n/en.ts';
import { icon } from './icons.ts';
import { ROW_ICONS } from './row-icons.ts';
import type { View } from './view.ts';

/** What a button in a row or in the summary asks for; also its part. */
export type Action =
  | 'pause'
  | 'resume'
  | 'retry'
  | 'again'
  | 'cancel'
  | 'remove'
  | 'download'
  | 'start'
  | 'dismiss';

/** The same in the row of an upload that was interrupted. */
export type OfferAction = 'continue' | 'discard';

/**
 * A button; which row it stands in, and so what it acts on, is found out when it is pressed. `name`
 * is that of the file, for those who cannot see the row; `word` stands beside the icon.
 */
export function action(
  { localizer, isDisabled }: View,
  act: Action | OfferAction,
  picture: keyof typeof ROW_ICONS,
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
    ?disabled=${isDisabled}
  >
    ${icon(ROW_ICONS[picture])}${word && label}
  </button>`;
}
