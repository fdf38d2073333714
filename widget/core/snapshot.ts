import type { Job } from './job.ts';
import type { Totals, UploadSnapshot } from './types.ts';

/** The job as it looks now. The last snapshot itself where nothing has changed. */
export function snapshotOf(job: Job): UploadSnapshot {
  const { id, file, path, state, parts, key, snapshot: last } = job;
  const { name, type, size: bytes } = file;
  const { status } = state;
  if (parts) job.loaded = Math.max(job.loaded, parts.storedBytes + parts.heldBytes);
  const loaded = status === 'done' ? bytes : Math.min(job.loaded, bytes);
  let sent = loaded;
  let bytesPerSecond: number | undefined;
  if (parts && job.phase === 'uploading') {
    for (const flight of parts.flights) sent += flight.sent;
    sent = Math.min(sent, bytes);
    bytesPerSecond = Math.round(job.rate?.perSecond() ?? 0) || undefined;
  }
  const snapshot: UploadSnapshot = {
    id,
    name,
    bytes,
    type,
    path,
    status,
    loaded,
    sent,
    bytesPerSecond,
    secondsLeft: bytesPerSecond && Math.ceil((bytes - sent) / bytesPerSecond),
    resumed: job.isResumed,
    waitingFor: status === 'waiting' ? state.for : undefined,
    key,
    result: status === 'done' ? state.result : undefined,
    error: status === 'failed' ? state.error : undefined,
    file,
  };
  const keys = Object.keys(snapshot) as (keyof UploadSnapshot)[];
  return last && keys.every((key) => last[key] === snapshot[key]) ? last : Object.freeze(snapshot);
}

type Sums = Omit<Totals, 'bytesPerSecond' | 'secondsLeft'>;

export const NOTHING: Sums = {
  files: 0,
  done: 0,
  failed: 0,
  paused: 0,
  active: 0,
  bytes: 0,
  loaded: 0,
  sent: 0,
};

/** Sums with one snapshot in another's place; a cancelled upload does not count. */
export function replace(sums: Sums, from?: UploadSnapshot, to?: UploadSnapshot): Sums {
  const totals: Record<keyof Sums, number> = { ...sums };
  for (const [sign, snapshot] of [
    [-1, from],
    [1, to],
  ] as const) {
    if (!snapshot || snapshot.status === 'cancelled') continue;
    const { status, bytes, loaded, sent } = snapshot;
    totals.files += sign;
    totals[status === 'done' || status === 'failed' || status === 'paused' ? status : 'active'] +=
      sign;
    totals.bytes += sign * bytes;
    totals.loaded += sign * loaded;
    totals.sent += sign * sent;
  }
  return totals;
}
