/**
 * What the cron trigger does: lets go of uploads that have expired, so that no store keeps parts
 * for ever. A live upload is never among them: its token, and every URL signed with it, ended first.
 */
import type { Signer } from '../context.ts';
import type { Entry, WaitUntil } from '../ledger.ts';
import { abortNoted, abortOthers, type AbortBudget } from './others.ts';
import { settle } from './settle.ts';
import { objectOf } from './stored.ts';

/** What a sweep did. */
export interface Swept {
  readonly expired: number;
  readonly failed: number;
}

/**
 * Pages of a thousand records in one run. The next run goes on after them.
 * https://developers.cloudflare.com/workers/platform/limits/ allows 50 KV operations on Free.
 */
const MAX_PAGES = 10;
const CURSOR = 'sweep:cursor';

/** Other uploads under the keys of those that expire; two requests each. */
const ABORTS_PER_ROUND = 4;

/**
 * Aborts at most `limit` expired uploads, and remembers where to go on. Each costs the store up to
 * four requests, of the 50 that Workers Free allows in one run.
 */
export async function sweep(signer: Signer, waitUntil: WaitUntil, limit = 10): Promise<Swept> {
  const { ledger, kv, log } = signer;
  const budget: AbortBudget = { left: ABORTS_PER_ROUND };
  let cursor = (await kv.get(CURSOR)) ?? undefined;
  let expired = 0;
  let failed = 0;
  for (let page = 0; page < MAX_PAGES && expired + failed < limit; page++) {
    const { entries, ...next } = await ledger.overdue(limit - expired - failed, cursor);
    for (const entry of entries) {
      if (await expire(signer, entry, waitUntil, budget)) expired++;
      else failed++;
    }
    cursor = next.cursor;
    if (cursor === undefined) break;
  }
  if (cursor === undefined) await kv.delete(CURSOR);
  else await kv.put(CURSOR, cursor, {});
  await abortNoted(signer, budget);
  log.info('sweep', { expired, failed });
  return { expired, failed };
}

/** False where the store or a hook did not play along: the next round finds it again. */
async function expire(
  signer: Signer,
  entry: Entry,
  waitUntil: WaitUntil,
  budget: AbortBudget,
): Promise<boolean> {
  const { upload } = entry;
  const { store, ledger, emit, log } = signer;
  try {
    if (upload.multipart) {
      await store.abortMultipart(upload.key, upload.multipart.uploadId);
      await abortOthers(signer, [upload], budget);
    }
    const object = await objectOf(signer, upload);
    if (object) {
      // It was completed, and the record of that was lost; or it came by a form that nobody watched.
      await settle(signer, waitUntil, upload, object);
      return true;
    }
  } catch (error) {
    // Whatever it is: one record must not keep the others from being let go of.
    log.warn('sweep_failed', { upload: upload.id, error });
    return false;
  }
  await ledger.put({ state: 'expired', upload }, waitUntil);
  emit({ type: 'expired', upload }, waitUntil);
  return true;
}
