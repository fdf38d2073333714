import { html, type TemplateResult } from 'lit';

/** Line icons of the zone on a grid of 24 units: the `d` of one path each. */
export const PATHS = {
  alert: 'M12 3a9 9 0 1 0 .1 0M12 7.5V13m0 3v.1',
  file: 'M13 3H6v18h12V8zv5h5',
  no: 'M12 3a9 9 0 1 0 .1 0M6 6l12 12',
  plus: 'M12 5v14M5 12h14',
  up: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16v4h14v-4',
} as const;

/** An icon of the zone. Decoration only: its meaning stands beside it, or in the name of its button. */
export function icon(name: keyof typeof PATHS): TemplateResult {
  return drawing(PATHS[name]);
}

export function drawing(path: string): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}
