/** How far an object has been read, kept between invocations. */
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import type { Progress } from '../../ledger/record.ts';
import type { WholeChecksum } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';

/** How many seconds after the last step the upkeep continues: the client has gone by then. */
const LEFT_ALONE_SECONDS = 120;
/** How many uploads an isolate remembers. */
const REMEMBERED = 1000;

/** Where to continue: from the record or from memory, whichever is further; undefined: from the start. */
export function furthest(
  { progress }: Pick<Signer, 'progress'>,
  upload: Upload,
  object: StoredObject,
  wanted: WholeChecksum,
  entry: Entry | undefined,
): Progress | undefined {
  const fits = (saved: Progress | undefined): saved is Progress =>
    saved?.algorithm === wanted.algorithm &&
    saved.value === wanted.value &&
    saved.etag === object.etag;
  return [entry?.verifying, progress.get(nameOf(upload))]
    .filter(fits)
    .sort((one, other) => other.verifiedBytes - one.verifiedBytes)[0];
}

/** Never throws: what is not kept is read again. */
export async function keepProgress(
  { ledger, log, now, progress }: Signer,
  waitUntil: WaitUntil,
  upload: Upload,
  verifying: Progress,
): Promise<void> {
  progress.delete(nameOf(upload));
  progress.set(nameOf(upload), verifying);
  const [oldest] = progress.keys();
  if (progress.size > REMEMBERED && oldest !== undefined) progress.delete(oldest);
  // Another request may have come to the end in the meantime.
  const entry = await ledger.get(upload.owner, upload.id);
  if (entry && entry.state !== 'open' && entry.state !== 'verifying') return;
  const sweepAt = Math.floor(now() / 1000) + LEFT_ALONE_SECONDS;
  await ledger.amend({ state: 'verifying', upload, verifying, sweepAt }, waitUntil);
  log.info('verifying', { upload: upload.id, bytes: verifying.verifiedBytes });
}

function nameOf({ owner, id }: Upload): string {
  return `${owner} ${id}`;
}
