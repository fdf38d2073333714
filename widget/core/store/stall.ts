import type { UploaderOptions } from '../types.ts';

const STALL_MS = 30_000;
/** The longest delay that a timer takes is 2 ** 31 ms; ten of these terms stay below it. */
const LONGEST_STALL_MS = 1e8;

/** How long a request may stand still, in milliseconds. */
export function stallMs({ stallMs = STALL_MS }: UploaderOptions): number {
  return Math.min(stallMs, LONGEST_STALL_MS);
}
