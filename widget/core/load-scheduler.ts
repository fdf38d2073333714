/**
 * The door to the half of the engine that is loaded with the first file: the scheduler, and all that it
 * calls. Nothing else imports it at run time.
 */
import type { Scheduler } from './schedule/scheduler.ts';
import { lazy } from './util/lazy.ts';

export type { Scheduler };

/** Rejects with a TypeError if it cannot be loaded; then it can be tried again. */
export const loadScheduler = lazy(() => import('./schedule/scheduler.ts'));

/** Loads it early, so that the first file need not wait for it, nor fail if the line is down by then. */
export function preload(): void {
  loadScheduler().catch(() => undefined);
}
