import { html, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import { extensionOf } from './name.ts';
import { ROW_ICONS } from './row-icons.ts';

/** In place of a picture: the extension, or a sheet where there is none. */
export function tile(name: string): TemplateResult {
  const extension = extensionOf(name);
  return extension ? html`<span aria-hidden="true">${extension}</span>` : icon(ROW_ICONS.file);
}
