/** In which looks the scenes are taken. */
import type { Theme } from './page.ts';

/** The element's own look, and the three themes of docs/themes. */
export const THEMES: readonly Theme[] = [
  { name: 'default', attributes: {} },
  { name: 'bare-button', attributes: { 'no-drop': '' } },
  { name: 'table', attributes: {} },
  { name: 'cards', attributes: {} },
];
export const DIRECTIONS = ['ltr', 'rtl'] as const;
export const SCHEMES = ['light', 'dark'] as const;
export const WIDTHS = [240, 320, 1200] as const;
