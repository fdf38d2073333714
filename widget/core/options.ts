/** Defaults and bounds of options, and what is wrong with them. */
import { UploadError } from './errors.ts';
import type { UploaderOptions } from './types.ts';

const LEAST = { concurrency: 1, stallMs: 1, patienceMs: 0 } as const;

const STALL_MS = 30_000;
/** The longest delay that a timer takes is 2 ** 31 ms; ten of these terms stay below it. */
const LONGEST_STALL_MS = 1e8;
const PATIENCE_MS = 600_000;
/** Do not keep waiting for a server that has never answered: its address may be wrong. */
const FIRST_CONTACT_MS = 60_000;

/** @throws UploadError `invalid_request` for an option with which nothing could ever be sent. */
export function assertOptions(options: Partial<UploaderOptions>): void {
  for (const [name, least] of Object.entries(LEAST)) {
    const value = options[name as keyof typeof LEAST];
    if (value === undefined || value >= least) continue;
    throw new UploadError('invalid_request', `${name} must be at least ${least}, not ${value}.`);
  }
}

/** How long a request may stand still, in milliseconds. */
export function stallMs({ stallMs = STALL_MS }: UploaderOptions): number {
  return Math.min(stallMs, LONGEST_STALL_MS);
}

/** How long faults are retried, in milliseconds. `wasReached`: the server has answered before. */
export function patienceMs(options: UploaderOptions, wasReached: boolean): number {
  const { patienceMs = PATIENCE_MS } = options;
  return wasReached ? patienceMs : Math.min(patienceMs, FIRST_CONTACT_MS);
}
