import { html, type TemplateResult } from 'lit';

/** Line icons on a grid of 24 units: the `d` of one path each. */
const PATHS = {
  alert: 'M12 3a9 9 0 1 0 .1 0M12 7.5V13m0 3v.1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11m0-11l-11 11',
  down: 'M12 5v11m0 0l-4.5-4.5M12 16l4.5-4.5M5 20h14',
  file: 'M13 3H6v18h12V8zv5h5',
  lower: 'M6 9l6 6 6-6',
  no: 'M12 3a9 9 0 1 0 .1 0M6 6l12 12',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 6l10 6-10 6z',
  plus: 'M12 5v14M5 12h14',
  raise: 'M6 15l6-6 6 6',
  retry: 'M19 12a7 7 0 1 1-2-5m2-3v4h-4',
  up: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16v4h14v-4',
} as const;

export type Icon = keyof typeof PATHS;

/** Decoration only: its meaning stands beside it, or in the name of its button. */
export function icon(name: Icon): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]}></path></svg>`;
}
