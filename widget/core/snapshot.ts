import type { Job } from './job.ts';
import type { Totals, UploadSnapshot } from './types.ts';

/** The job as it looks now. The last snapshot itself where nothing has changed. */
export function snapshotOf(job: Job, nowMs: number): UploadSnapshot {
  const { id, file, path, state, parts, key } = job;
  const bytes = file.size;
  const isDone = state.status === 'done';
  if (parts) job.loaded = Math.max(job.loaded, parts.storedBytes + parts.heldBytes);
  const loaded = isDone ? bytes : Math.min(job.loaded, bytes);
  let sent = loaded;
  let rate: number | undefined;
  if (parts && job.phase === 'uploading') {
    for (const flight of parts.flying.values()) sent += flight.sent;
    sent = Math.min(sent, bytes);
    rate = Math.round(job.rate?.perSecond(nowMs) ?? 0);
  }
  const snapshot: UploadSnapshot = {
    id,
    name: file.name,
    bytes,
    type: file.type,
    ...(path !== undefined && { path }),
    status: state.status,
    loaded,
    sent,
    ...(rate && { bytesPerSecond: rate, secondsLeft: Math.ceil((bytes - sent) / rate) }),
    resumed: job.isResumed,
    ...(state.status === 'waiting' && { waitingFor: state.for }),
    ...(key !== undefined && { key }),
    ...(isDone && { result: state.result }),
    ...(state.status === 'failed' && { error: state.error }),
    file,
  };
  const { snapshot: last } = job;
  return last && isSame(last, snapshot) ? last : Object.freeze(snapshot);
}

function isSame(a: UploadSnapshot, b: UploadSnapshot): boolean {
  const keys = Object.keys(b) as (keyof UploadSnapshot)[];
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
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
