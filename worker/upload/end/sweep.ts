/**
 * What the cron trigger does: lets go of uploads that have expired, so that no store keeps their
 * parts, and no object of a form lies there that nobody completed and that passes a limit. A live upload is
 * never among them: its token, and every URL signed with it, ended first.
 */
import * as v from 'valibot';
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { MOST_AT_ONCE } from '../../ledger/kv.ts';
import { parseJson } from '../../util/parse-json.ts';
import { fromAnywhere, inTurn, Position, SHARDS } from '../../ledger/walk.ts';
import { askerOf, quotaOf } from '../../policy/quota.ts';
import { isFinal, ProblemError } from '../../problem.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { StoredObject } from '../../s3/store.ts';
import { removeObject } from './discard.ts';
import { abortOrphans, type AbortBudget } from './orphans.ts';
import { conclude } from '../complete/conclude.ts';
import { finishUpload } from '../complete/finish.ts';
import { isByForm } from '../upload.ts';
import { findObject } from '../stored.ts';
import { removeTail } from '../tail.ts';
import { rejectObject } from '../verify/reject.ts';

/** What a sweep did. */
export interface Swept {
  readonly expired: number;
  readonly failed: number;
  /** Records that are due and have to wait for a later round. */
  readonly left: number;
}

/** What a sweep may spend. */
export interface SweepBudget {
  /** Requests to the store, besides those for `aborts`. */
  readonly requests: number;
  /** Uploads that may be ended, however few requests they take. */
  readonly uploads: number;
  /** Lists of a thousand records each. */
  readonly lists: number;
  /** Other uploads under the keys of those that expire. */
  readonly aborts: AbortBudget;
  /** Bytes that are read to verify checksums, a step for each upload, and at least one step. */
  readonly readBytes: number;
  /** Whether time and operations on KV are left for another upload. */
  hasRoom(): boolean;
}

const POSITION = 'sweep:cursor';
/** Where the next round goes on, and keys that this one has found and had no room for. */
const SweepPosition = v.object({
  ...Position.entries,
  waiting: v.exactOptional(v.array(v.string())),
});
type SweepPosition = v.InferOutput<typeof SweepPosition>;
const AT_START: SweepPosition = { shard: 0 };
/** As many rounds' work is kept for the next ones. */
const WAITING_ROUNDS = 4;
/** Workers allow six connections at once. */
const AT_ONCE = 6;
/** A round that leaves more work than this many rounds can do tells the operator. */
const FAR_BEHIND_ROUNDS = 100;
/** After this many failures in a row the store counts as down, and the others wait. */
const GIVE_UP_AFTER = 3;

/**
 * One round. Where the next round goes on is written before the work, so a round that is cut off
 * stops none that follows. What a round does not get to is found again: every round starts
 * elsewhere, takes the owners in turn, and the record of an open upload stays until a round has seen
 * to it (`UNSETTLED_SECONDS`).
 */
export async function sweep(
  signer: Signer,
  waitUntil: WaitUntil,
  budget: SweepBudget,
): Promise<Swept> {
  const { ledger, log } = signer;
  const byRequests = Math.floor(budget.requests / requestsEach(signer));
  const most = Math.max(1, Math.min(byRequests, budget.uploads));
  const { written, position } = await savedPosition(signer);
  const { owners, next } = await ledger.due(position, budget.lists);
  const keys = [...inTurn(withWaiting(owners, position.waiting ?? []))];
  const waiting = keys.slice(most, most + WAITING_ROUNDS * most);
  await savePosition(signer, written, { ...next, ...(waiting.length > 0 && { waiting }) });
  const swept = { expired: 0, failed: 0, left: 0 };
  let started = 0;
  let inARow = 0;
  let recordsLeft = most * 4;
  let readsLeft = Math.max(1, Math.floor(budget.readBytes / signer.verify.stepBytes));
  let index = 0;
  const isOver = () => inARow >= GIVE_UP_AFTER || started >= most || !budget.hasRoom();
  while (index < keys.length && recordsLeft > 0 && !isOver()) {
    const read = keys.slice(index, index + Math.min(MOST_AT_ONCE, most - started, recordsLeft));
    index += read.length;
    recordsLeft -= read.length;
    const entries = [...(await ledger.dueEntries(read))];
    const lane = async () => {
      while (!isOver()) {
        const entry = entries.shift();
        if (!entry) return;
        if (entry.state === 'verifying' && --readsLeft < 0) {
          swept.left++;
          continue;
        }
        started++;
        const outcome = await expire(signer, entry, waitUntil, budget.aborts);
        inARow = outcome === 'store_down' ? inARow + 1 : 0;
        if (outcome === 'expired') swept.expired++;
        else swept.failed++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    swept.left += entries.length;
  }
  swept.left += keys.length - index;
  log.info('sweep', swept);
  // Records are kept for thirty days, so somebody has time to give the upkeep more room.
  if (swept.left > FAR_BEHIND_ROUNDS * most) log.error('sweep_behind', { count: swept.left });
  return swept;
}

/** Requests to the store for one upload, where nothing has to be tried again. */
function requestsEach({ store, keysMayMeet, hooks }: Signer): number {
  const { listParts, listUploads } = store.profile;
  const listsOthers = listUploads !== null && !keysMayMeet && !hooks.prepare;
  // An upload is aborted, its parts are looked for, others under its key are listed, and its object
  // is looked for.
  return 2 + Number(listParts) + Number(listsOthers);
}

/** The uploads of each owner, those that the last round had no room for included. */
function withWaiting(
  owners: readonly (readonly string[])[],
  waiting: readonly string[],
): readonly (readonly string[])[] {
  const found = new Map<string, Set<string>>();
  for (const key of [...waiting, ...owners.flat()]) {
    const owner = key.split(':', 2).join(':');
    const keys = found.get(owner) ?? new Set();
    found.set(owner, keys.add(key));
  }
  return fromAnywhere([...found.values()].map((keys) => [...keys]));
}

/** Where the last round stopped; a shard of chance where KV cannot tell. */
async function savedPosition({ kv, log }: Signer) {
  try {
    const written = await kv.get(POSITION);
    const saved = v.safeParse(SweepPosition, parseJson(written));
    return { written, position: saved.success ? saved.output : AT_START };
  } catch (error) {
    log.warn('sweep_position_not_read', { error });
    const shard = Math.floor(Math.random() * SHARDS);
    return { written: null, position: { ...AT_START, shard } };
  }
}

async function savePosition(
  { kv, log }: Signer,
  written: string | null,
  next: SweepPosition,
): Promise<void> {
  const text = JSON.stringify(next);
  const isStart = next.cursor === undefined && next.shard === 0 && !next.waiting;
  if (text === written || (written === null && isStart)) return;
  try {
    await kv.put(POSITION, text, {});
  } catch (error) {
    log.warn('sweep_position_not_written', { error });
  }
}

type Expiry =
  | 'expired'
  /** Something did not play along: a later round finds the upload again. */
  | 'failed'
  /** The store does not answer, and will not answer the next one either. */
  | 'store_down';

async function expire(
  signer: Signer,
  entry: Entry,
  waitUntil: WaitUntil,
  aborts: AbortBudget,
): Promise<Expiry> {
  const { upload, state } = entry;
  const { store, ledger, emit, log } = signer;
  try {
    if (state === 'verifying' && (await verifyLeft(signer, entry, waitUntil))) return 'expired';
    if (upload.multipart) {
      await store.abortMultipart(upload.key, upload.multipart.uploadId);
      await removeTail(signer, upload);
      await abortOrphans(signer, [upload], aborts);
    }
    const object = await findObject(signer, upload);
    if (object && (await mayStay(signer, entry))) {
      // It was completed, and the record of that was lost; or nobody came back to complete it.
      if (upload.announced) {
        return (await verifyLeft(signer, entry, waitUntil, object)) ? 'expired' : 'failed';
      }
      await finishUpload(signer, waitUntil, upload, object, entry);
      return 'expired';
    }
    if (object) await removeUnfinished(signer, entry, object);
    await signer.reservations.release(await askerOf(signer, upload.owner), upload.id);
  } catch (error) {
    // Whatever it is: one record must not keep the others from being let go of.
    log.warn('sweep_failed', { upload: upload.id, error });
    return isStoreError(error, 'unavailable') ? 'store_down' : 'failed';
  }
  if (state === 'aborted') {
    await ledger.put({ state, upload }, waitUntil);
    return 'expired';
  }
  await ledger.put({ state: 'expired', upload }, waitUntil);
  emit({ type: 'expired', upload }, waitUntil);
  return 'expired';
}

/**
 * Continues to verify a file whose client has gone, by one step. False if there is no object.
 */
async function verifyLeft(
  signer: Signer,
  { upload, verifying }: Entry,
  waitUntil: WaitUntil,
  found?: StoredObject,
): Promise<boolean> {
  const object = found ?? (await findObject(signer, upload));
  if (!object) return false;
  const { algorithm, value } = verifying ?? upload.announced ?? {};
  try {
    if (algorithm === undefined || value === undefined) {
      // A checksum was to hold, and nobody has given it.
      await rejectObject(signer, waitUntil, upload, 'cancelled');
    } else {
      const wanted = { algorithm, value };
      await conclude(signer, waitUntil, upload, object, { wanted, isNew: false });
    }
  } catch (error) {
    // Then the object has been removed.
    if (!(error instanceof ProblemError && error.code === 'checksum_mismatch')) throw error;
  }
  return true;
}

async function removeUnfinished(signer: Signer, { upload }: Entry, { bytes }: StoredObject) {
  if (await removeObject(signer, upload)) {
    signer.log.info('object_removed', { upload: upload.id, bytes });
  }
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
