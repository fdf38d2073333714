import { ICONS } from './icons.ts';

/** Those of rows, and of buttons. */
export const ROW_ICONS = {
  up: ICONS.up,
  pause: 'M9 6v12M15 6v12',
  play: 'M8 6l10 6-10 6z',
  cross: 'M6.5 6.5l11 11m0-11l-11 11',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  retry: 'M19 12a7 7 0 1 1-2-5m2-3v4h-4',
  down: 'M12 5v11m0 0l-4.5-4.5M12 16l4.5-4.5M5 20h14',
  file: 'M13 3H6v18h12V8zv5h5',
} as const;
