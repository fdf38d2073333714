import type { Totals, UploadSnapshot } from '../types.ts';
import type { Forecast } from './estimate.ts';

/** The totals that are sums over snapshots. */
export type Sums = {
  -readonly [Key in Exclude<keyof Totals, keyof Forecast>]: number;
};

export const zeroSums = (): Sums => ({
  files: 0,
  done: 0,
  failed: 0,
  paused: 0,
  active: 0,
  bytes: 0,
  loaded: 0,
  sent: 0,
  pending: 0,
});

/** Adds a snapshot to the sums, or subtracts it; a cancelled upload does not count. */
export function addToSums(sums: Sums, upload: UploadSnapshot | undefined, sign: 1 | -1): void {
  if (!upload || upload.status === 'cancelled') return;
  const { status } = upload;
  sums[status === 'done' || status === 'failed' || status === 'paused' ? status : 'active'] += sign;
  sums.files += sign;
  for (const key of ['bytes', 'loaded', 'sent', 'pending'] as const)
    sums[key] += sign * upload[key];
}
