/** The icons of rows and their buttons, which load with the rows. */
import type { TemplateResult } from 'lit';
import { drawing, PATHS } from '../icons.ts';

const ROW_PATHS = {
  ...PATHS,
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11m0-11l-11 11',
  down: 'M12 5v11m0 0l-4.5-4.5M12 16l4.5-4.5M5 20h14',
  lower: 'M6 9l6 6 6-6',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 6l10 6-10 6z',
  raise: 'M6 15l6-6 6 6',
  retry: 'M19 12a7 7 0 1 1-2-5m2-3v4h-4',
  pen: 'M4 20l1-4L16 5l3 3L8 19z',
} as const;

export type Icon = keyof typeof ROW_PATHS;

/** Decoration only: its meaning stands beside it, or in the name of its button. */
export function icon(name: Icon): TemplateResult {
  return drawing(ROW_PATHS[name]);
}
