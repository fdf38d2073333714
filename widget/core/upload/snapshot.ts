import type { UploadSnapshot, UploadStatus } from '../types.ts';
import type { Phase, UploadState } from './state.ts';
import type { Upload } from './upload.ts';

/** What a phase is called in public, unless the upload waits. */
const STATUSES: { readonly [phase in Phase]: UploadStatus } = {
  added: 'queued',
  queued: 'queued',
  claiming: 'hashing',
  creating: 'hashing',
  reconciling: 'hashing',
  hashing: 'hashing',
  sending: 'uploading',
  completing: 'completing',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The upload as it looks now: `last` itself if nothing has changed since. */
export function snapshotOf(upload: Upload, last?: UploadSnapshot): UploadSnapshot {
  const { id, file, path, state, parts } = upload;
  const { name, type, size: bytes } = file;
  const { progress } = state;
  const waitingFor = 'waitingFor' in progress ? progress.waitingFor : undefined;
  const loaded = loadedBytes(upload, last);
  let sent = loaded;
  let bytesPerSecond: number | undefined;
  if (parts && progress.phase === 'sending') {
    for (const flight of parts.flights) sent += flight.sent;
    sent = Math.min(sent, bytes);
    bytesPerSecond = Math.round(parts.bytesPerSecond ?? 0) || undefined;
  }
  const snapshot: UploadSnapshot = {
    id,
    name,
    bytes,
    type,
    path,
    status: waitingFor ? 'waiting' : STATUSES[progress.phase],
    loaded,
    sent,
    bytesPerSecond,
    secondsLeft: bytesPerSecond && Math.ceil((bytes - sent) / bytesPerSecond),
    resumed: state.isResumed,
    relayed: state.isRelayed,
    waitingFor,
    key: keyOf(state),
    result: progress.phase === 'done' ? progress.result : undefined,
    error: progress.phase === 'failed' ? progress.error : undefined,
    file,
  };
  const isSame = (key: string) =>
    last?.[key as keyof UploadSnapshot] === snapshot[key as keyof UploadSnapshot];
  return last && Object.keys(snapshot).every(isSame) ? last : Object.freeze(snapshot);
}

/** Never less than before: parts that are compared or sent again still count. */
function loadedBytes({ file, phase, parts }: Upload, last: UploadSnapshot | undefined): number {
  if (phase === 'done') return file.size;
  const acknowledged = parts ? parts.storedBytes + parts.foundBytes : 0;
  return Math.min(Math.max(last?.loaded ?? 0, acknowledged), file.size);
}

function keyOf({ progress, standing }: UploadState): string | undefined {
  if (progress.phase === 'done') return progress.result.key;
  return standing.kind === 'agreed' ? standing.agreement.key : undefined;
}
