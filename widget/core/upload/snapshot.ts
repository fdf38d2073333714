import type { UploadSnapshot, UploadStatus } from '../types.ts';
import type { Forecast } from './estimate.ts';
import type { Phase } from './rules/events.ts';
import { PROCEEDING } from './rules/page-rules.ts';
import type { UploadState } from './rules/upload-state.ts';
import type { Upload } from './upload.ts';

/** What a phase is called in public, unless the upload waits. */
const STATUSES: { readonly [phase in Phase]: UploadStatus } = {
  checking: 'checking',
  added: 'queued',
  queued: 'queued',
  transforming: 'transforming',
  claiming: 'hashing',
  creating: 'hashing',
  reconciling: 'hashing',
  hashing: 'hashing',
  sending: 'uploading',
  completing: 'completing',
  withdrawing: 'completing',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  undoable: 'cancelled',
  cancelled: 'cancelled',
};

/** The upload as it looks now: `last` itself if nothing has changed since. */
export function snapshotOf(upload: Upload, last?: UploadSnapshot): UploadSnapshot {
  const { id, name, file, path, state, parts } = upload;
  const { type, size: bytes } = file;
  const { progress } = state;
  const waitingFor = 'waitingFor' in progress ? progress.waitingFor : undefined;
  const status = STATUSES[progress.phase];
  const loaded = loadedBytes(upload, last);
  const isSending = progress.phase === 'sending';
  const sent = parts && isSending ? Math.min(loaded + parts.flyingBytes, bytes) : loaded;
  const unsent = parts ? parts.unsentBytes : bytes - loaded;
  const pending =
    (PROCEEDING as readonly Phase[]).includes(progress.phase) && waitingFor !== 'file' ? unsent : 0;
  const { bytesPerSecond, secondsLeft }: Forecast =
    parts?.forecast(pending, isSending && !waitingFor) ?? {};
  const snapshot: UploadSnapshot = {
    id,
    name,
    bytes,
    type,
    path,
    // A file whose parts are all stored cannot be paused any more, whatever it waits for.
    status: waitingFor && status !== 'completing' ? 'waiting' : status,
    loaded,
    sent,
    pending,
    bytesPerSecond,
    secondsLeft,
    resumed: state.isResumed,
    restarts: state.restarts,
    wontArriveBy: missedEnd(upload, unsent, last),
    relayed: state.isRelayed,
    waitingFor,
    step: progress.phase === 'transforming' ? progress.step : undefined,
    undoUntilMs: progress.phase === 'undoable' ? progress.undoUntilMs : undefined,
    metadata: state.edits.metadata,
    key: keyOf(state),
    result: progress.phase === 'done' ? progress.result : undefined,
    error: progress.phase === 'failed' ? progress.error : undefined,
    file: upload.chosen.file,
  };
  const keys = Object.keys(snapshot) as (keyof UploadSnapshot)[];
  const isSame = last && keys.every((key) => last[key] === snapshot[key]);
  return isSame ? last : Object.freeze(snapshot);
}

/**
 * Parts that are compared or sent again still count: it is never less than before, unless the upload
 * has begun again from zero.
 */
function loadedBytes(
  { file, phase, parts, state: { restarts } }: Upload,
  last: UploadSnapshot | undefined,
): number {
  if (phase === 'done') return file.size;
  const acknowledged = parts ? parts.storedBytes + parts.foundBytes : 0;
  const before = last?.restarts === restarts ? last.loaded : 0;
  return Math.min(Math.max(before, acknowledged), file.size);
}

/** When the store drops the upload, if the rest of the file cannot arrive by then. */
function missedEnd(
  { standing }: Upload,
  bytesLeft: number,
  last?: UploadSnapshot,
): number | undefined {
  const end = standing.kind === 'agreed' && standing.agreement.storeExpiresAt;
  if (!end) return undefined;
  return standing.parts.estimate.misses(end, bytesLeft, Boolean(last?.wontArriveBy))
    ? end
    : undefined;
}

function keyOf({ progress, standing }: UploadState): string | undefined {
  if (progress.phase === 'done') return progress.result.key;
  return standing.kind === 'agreed' ? standing.agreement.key : undefined;
}
