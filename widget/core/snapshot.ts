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
    relayed: job.isRelayed,
    waitingFor: status === 'waiting' ? state.for : undefined,
    key,
    result: status === 'done' ? state.result : undefined,
    error: status === 'failed' ? state.error : undefined,
    file,
  };
  const isSame = (key: string) =>
    last?.[key as keyof UploadSnapshot] === snapshot[key as keyof UploadSnapshot];
  return last && Object.keys(snapshot).every(isSame) ? last : Object.freeze(snapshot);
}

/** What can be added up. */
export type Sums = {
  -readonly [Key in Exclude<keyof Totals, 'bytesPerSecond' | 'secondsLeft'>]: number;
};

export const nothing = (): Sums => ({
  files: 0,
  done: 0,
  failed: 0,
  paused: 0,
  active: 0,
  bytes: 0,
  loaded: 0,
  sent: 0,
});

/** Adds a snapshot, or takes it away again; a cancelled upload does not count. */
export function count(sums: Sums, upload: UploadSnapshot | undefined, sign: 1 | -1): void {
  if (!upload || upload.status === 'cancelled') return;
  const { status } = upload;
  sums[status === 'done' || status === 'failed' || status === 'paused' ? status : 'active'] += sign;
  sums.files += sign;
  for (const key of ['bytes', 'loaded', 'sent'] as const) sums[key] += sign * upload[key];
}
