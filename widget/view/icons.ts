import { html, type TemplateResult } from 'lit';

/** Line icons on a 24 unit grid: those of the zone and of what is wrong. */
export const ICONS = {
  up: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16v4h14v-4',
  plus: 'M12 5v14M5 12h14',
  alert: 'M12 3a9 9 0 1 0 .1 0M12 7.5V13m0 3v.1',
  no: 'M12 3a9 9 0 1 0 .1 0M6 6l12 12',
} as const;

/** Decoration only: what it means stands beside it, or in the name of its button. */
export function icon(path: string): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}
