/** Everything of one owner that counts against a quota, from the rows that KV lists. */
import type { Log } from '../log.ts';
import type { Counted } from '../policy/reservations.ts';
import { allKeys, type KV } from './kv.ts';
import { prefixOf, shortRow, UNSETTLED_SECONDS, type ShortRow } from './record.ts';

/** Values read for one count of an owner's uploads; only records of earlier versions need it. */
const MAX_VALUES = 200;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** What counting needs to know of the ledger. */
export interface UsageContext {
  readonly log: Log;
  /** Whether a complete upload is still listed. */
  readonly isListed: (row: ShortRow) => boolean;
  /** The row in the value under a key. */
  readonly rowAt: (key: string) => Promise<ShortRow | undefined>;
}

/** @returns what counts, by the owner's hash. It throws what KV throws. */
export function createUsage(
  kv: KV,
  { log, isListed, rowAt }: UsageContext,
): (hash: string) => Promise<Counted[]> {
  return async (hash) => {
    const uploads: Counted[] = [];
    let values = 0;
    for (const key of await allKeys(kv, prefixOf(hash))) {
      let row = shortRow(key);
      if (!row && values++ < MAX_VALUES) row = await rowAt(key.name);
      const upload = row && countedOf(row, isListed);
      if (upload) uploads.push(upload);
    }
    if (values > MAX_VALUES) log.warn('records_not_counted', { count: values - MAX_VALUES });
    return uploads;
  };
}

/** Undefined for what takes no room any more. */
function countedOf(row: ShortRow, isListed: UsageContext['isListed']): Counted | undefined {
  const { id, bytes, inParts = true, byForm = false, grant, expiresAt } = row;
  const createdAt = Math.floor(Date.parse(row.createdAt) / 1000);
  const base = { id, mark: '', bytes, inParts, createdAt, expiresAt };
  const upload = grant === undefined ? base : { ...base, grant };
  switch (row.state) {
    case 'open':
      // A multipart upload cannot become an object after its token has ended.
      return {
        ...upload,
        state: 'open',
        countsUntil: expiresAt + (byForm ? UNSETTLED_SECONDS : 0),
      };
    case 'complete':
      return isListed(row) ? { ...upload, state: 'complete', countsUntil: FOREVER } : undefined;
    case 'aborted':
      return row.sweepAt === undefined
        ? undefined
        : { ...upload, state: 'cancelled', countsUntil: row.sweepAt };
    case 'expired':
      return undefined;
  }
}
