/** The door to the half of the engine that sends. Nothing else imports `sending/` at run time. */
import type { Sending } from './sending/index.ts';
import type { Services } from './services.ts';
import { lazy } from './util/lazy.ts';

export type { Sending };

const load = lazy(() => import('./sending/index.ts'));

/** @throws TypeError if it cannot be loaded. */
export async function loadSending(services: Services): Promise<Sending> {
  return (await load()).createSending(services);
}

/** Loads it early, so that the first file need not wait for it, nor fail if the line is down by then. */
export function preload(): void {
  load().catch(() => undefined);
}
