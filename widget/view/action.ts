import { html, nothing, type TemplateResult } from 'lit';
import type { MessageId } from '../i18n/en.ts';
import { icon, type ICONS } from './icons.ts';
import { shownName } from './name.ts';
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

interface ActionOptions {
  readonly icon: keyof typeof ICONS;
  readonly label?: MessageId;
  /** The file it acts on, for those who cannot see the row. */
  readonly name?: string;
  /** With its label as a word beside the icon. */
  readonly isText?: boolean;
}

/** A button; which row it stands in, and so what it acts on, is found out when it is pressed. */
export function action(act: Action, options: ActionOptions, view: View): TemplateResult {
  const { localizer, isDisabled } = view;
  const label = localizer.text(options.label ?? act);
  const { name, isText = false } = options;
  const full =
    name === undefined
      ? label
      : localizer.text('actionOn', { action: label, name: shownName(name) });
  return html`<button
    type="button"
    class=${isText ? 'act text' : 'act'}
    part=${act}
    data-act=${act}
    aria-label=${full}
    title=${isText ? nothing : label}
    ?disabled=${isDisabled}
  >
    ${icon(options.icon)}${isText ? label : nothing}
  </button>`;
}
