import { html, type TemplateResult } from 'lit';

/** Line icons on a 24 unit grid. */
export const ICONS = {
  up: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16.5V18a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-1.5',
  plus: 'M12 5v14M5 12h14',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 6l10 6-10 6z',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  retry: 'M19 12a7 7 0 1 1-2-4.9M19 4v4h-4',
  down: 'M12 5v11m0 0l-4.5-4.5M12 16l4.5-4.5M5 20h14',
  alert: 'M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 7.500v5.500m0 3.200v.1',
  no: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 1 0 0-17M6 6l12 12',
} as const;

/** Decoration only: what it means stands beside it, or in the name of its button. */
export function icon(name: keyof typeof ICONS): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]}></path></svg>`;
}
