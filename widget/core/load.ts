/** The half of the engine that sends, loaded apart: a page that waits for its first file stays light. */
import { lazy } from './lazy.ts';

export type Life = typeof import('./life.ts');

/** How one file goes from its first request to its last. */
export const loadLife = lazy(() => import('./life.ts'));

/** Loads it early, so that the first file need not wait for it, nor fail where the line is gone by then. */
export function preload(): void {
  loadLife().catch(() => undefined);
}
