/**
 * What the cron trigger does: lets go of uploads that have expired, so that no store keeps their
 * parts, and no object of a form lies there that nobody completed and that passes a limit. A live upload is
 * never among them: its token, and every URL signed with it, ended first.
 */
import * as v from 'valibot';
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { parseJson } from '../../util/parse-json.ts';
import { inTurn, Position } from '../../ledger/walk.ts';
import { askerOf, quotaOf } from '../../policy/quota.ts';
import { isFinal } from '../../problem.ts';
import type { StoredObject } from '../../s3/store.ts';
import { abortNotedOrphans, abortOrphans, type AbortBudget } from './orphans.ts';
import { finishUpload } from '../complete/finish.ts';
import { isByForm } from '../upload.ts';
import { findObject } from '../stored.ts';
import { removeTail } from '../tail.ts';

/** What a sweep did. */
export interface Swept {
  readonly expired: number;
  readonly failed: number;
}

const POSITION = 'sweep:cursor';
/** An upload is aborted, its parts are looked for, others under its key are listed, and its object is looked for. */
const REQUESTS_EACH = 4;
/** Lists of a thousand keys each. Workers Free allows a thousand lists a day for everything. */
const MIN_LISTS = 4;
/** Workers allow six connections at once. */
const AT_ONCE = 6;

/** Other uploads under the keys of those that expire; two requests each, on top of `requests`. */
const ABORTS_PER_ROUND = 4;

/**
 * One round of at most `requests` requests to the store, and eight more for uploads that nobody
 * remembers; operations on KV stay under ten times as
 * many. Where the next round goes on is written before the work: a round that is cut off, or that
 * spends all it has, stops none that follows. What a round does not get to is found again, because
 * every round starts elsewhere and takes the owners in turn.
 */
export async function sweep(
  signer: Signer,
  waitUntil: WaitUntil,
  requests: number,
): Promise<Swept> {
  const { ledger, kv, log } = signer;
  const budget: AbortBudget = { left: ABORTS_PER_ROUND };
  const written = await kv.get(POSITION);
  const saved = v.safeParse(Position, parseJson(written));
  const position = saved.success ? saved.output : { shard: 0 };
  const lists = Math.max(MIN_LISTS, Math.floor(requests / (2 * REQUESTS_EACH * AT_ONCE)));
  const { owners, next } = await ledger.due(position, lists);
  const nextWritten = JSON.stringify(next);
  const isStart = next.cursor === undefined && next.shard === 0;
  if (nextWritten !== written && !(written === null && isStart)) {
    await kv.put(POSITION, nextWritten, {});
  }
  const swept = { expired: 0, failed: 0 };
  const keys = inTurn(owners);
  let uploadsLeft = Math.max(1, Math.floor(requests / REQUESTS_EACH));
  let readsLeft = requests * 2;
  const lane = async () => {
    for (let key = keys.next(); !key.done; key = keys.next()) {
      if (uploadsLeft <= 0 || readsLeft-- <= 0) return;
      uploadsLeft--;
      const entry = await ledger.dueEntry(key.value);
      if (!entry) uploadsLeft++;
      else if (await expire(signer, entry, waitUntil, budget)) swept.expired++;
      else swept.failed++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await abortNotedOrphans(signer, budget);
  log.info('sweep', swept);
  return swept;
}

/** False where the store or a hook did not play along: a later round finds it again. */
async function expire(
  signer: Signer,
  entry: Entry,
  waitUntil: WaitUntil,
  budget: AbortBudget,
): Promise<boolean> {
  const { upload, state } = entry;
  const { store, ledger, emit, log } = signer;
  try {
    if (upload.multipart) {
      await store.abortMultipart(upload.key, upload.multipart.uploadId);
      await removeTail(signer, upload);
      await abortOrphans(signer, [upload], budget);
    }
    const object = await findObject(signer, upload);
    if (object && (await mayStay(signer, entry))) {
      // It was completed, and the record of that was lost; or nobody came back to complete it.
      await finishUpload(signer, waitUntil, upload, object);
      return true;
    }
    if (object) await removeObject(signer, entry, object);
    await signer.reservations.release(await askerOf(signer, upload.owner), upload.id);
  } catch (error) {
    // Whatever it is: one record must not keep the others from being let go of.
    log.warn('sweep_failed', { upload: upload.id, error });
    return false;
  }
  if (state === 'aborted') {
    await ledger.put({ state, upload }, waitUntil);
    return true;
  }
  await ledger.put({ state: 'expired', upload }, waitUntil);
  emit({ type: 'expired', upload }, waitUntil);
  return true;
}

async function removeObject({ store, log }: Signer, { upload }: Entry, object: StoredObject) {
  log.info('object_removed', { upload: upload.id, bytes: object.bytes });
  await store.remove(upload.key);
}

/**
 * Whether an object that no record calls complete is taken for complete. One made of parts, or of one
 * part, was completed: the store has no object of them before. Only a form's can be one that nobody
 * completed. One that came for a cancelled upload goes where its owner may remove it, or where the cancelling
 * is proven; otherwise the limits that its Create met decide.
 */
async function mayStay(signer: Signer, { upload, state, limits }: Entry): Promise<boolean> {
  if (!isByForm(upload)) return true;
  if (state === 'aborted') {
    const asker = await askerOf(signer, upload.owner);
    const known = await signer.reservations.cancel(asker, upload.id, asker.now);
    if (known === 'complete') return true;
    if (known === 'cancelled' || signer.rules.removable) return false;
  }
  if (!limits) return true;
  try {
    await quotaOf(signer, upload).take(limits, upload, 'complete');
    return true;
  } catch (error) {
    if (isFinal(error)) return false;
    throw error;
  }
}
