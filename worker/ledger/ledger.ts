/**
 * An index of uploads in Workers KV. It is never the only source of truth. A record is written at
 * Create and at the end. KV may be a minute behind and accepts one write per second to a key
 * (https://developers.cloudflare.com/kv/platform/limits/), so no decision about bytes depends on it. If
 * KV fails, a row of a list is lost, but no upload.
 */
import * as v from 'valibot';
import { readMany, type Key, type KV } from './kv.ts';
import { parseJson } from '../util/parse-json.ts';
import type { Log } from '../util/log.ts';
import { ProblemError } from '../problem.ts';
import type { PartReceipt, UploadState, UploadSummary } from '../protocol.ts';
import { createReceipts } from './receipts.ts';
import {
  dueAt,
  Entry,
  GRACE_SECONDS,
  keyOf,
  ownerHash,
  prefixOf,
  RECORDS,
  Row,
  rowOf,
  shortRow,
  summaryOf,
  type ShortRow,
} from './record.ts';
import { createUsage, isLate, type Usage, type UsageOptions } from './usage.ts';
import { fromAnywhere, walk, type Position } from './walk.ts';
import { createWriter, type Tries, type WaitUntil } from './writer.ts';
import type { Reservation } from '../policy/reservations.ts';
import { recordedState } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';

export type { KV } from './kv.ts';
export { GRACE_SECONDS, type Entry, type Row } from './record.ts';
export type { WaitUntil } from './writer.ts';

/** What the ledger needs besides KV. */
export interface LedgerOptions {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long a complete upload stays listed, in seconds. Null: forever. */
  readonly keepSeconds: number | null;
}

/** If KV fails, reads of one upload return `undefined`, lists throw a ProblemError, and writes do not throw. */
export interface Ledger {
  get(owner: string, id: string): Promise<Entry | undefined>;
  /** Reads by the owner's hash, for public links. */
  getByHash(hash: string, id: string): Promise<Entry | undefined>;
  /**
   * Writes a record. If KV refuses, it tries again in `waitUntil`.
   *
   * @returns whether the record was written at once.
   */
  put(entry: Entry, waitUntil: WaitUntil): Promise<boolean>;
  /** Writes a record as `put` does, unless this isolate has recorded the upload's end: that stays. */
  amend(entry: Entry, waitUntil: WaitUntil, tries?: Tries): Promise<boolean>;
  remove(owner: string, id: string): Promise<void>;
  /** Lists uploads, newest first. A page may have fewer rows than `limit`, or none, and still a cursor. */
  list(
    owner: string,
    options: {
      readonly state?: UploadState | undefined;
      readonly cursor?: string | undefined;
      readonly limit: number;
    },
  ): Promise<{ readonly uploads: readonly UploadSummary[]; readonly cursor?: string }>;
  /** The owner's uploads that count against limits: open ones, and complete ones that are listed. */
  usage(owner: string, options?: UsageOptions): Promise<Usage>;
  /** Keeps a note of an upload for `usage`, if its id does not tell when it was created. */
  noteLate(owner: string, upload: Reservation): Promise<void>;
  /** Counts again what `usage` has summed up, with about so many lists. */
  recount(lists: number): Promise<number>;
  /**
   * Keys of uploads that may be due for upkeep, for each owner, in random order, and where the next
   * round continues.
   */
  due(
    position: Position,
    lists: number,
  ): Promise<{ readonly owners: readonly (readonly string[])[]; readonly next: Position }>;
  /**
   * The uploads under keys of `due`, at most a hundred, without those that the upkeep has nothing to
   * do with: a list may be behind, and an upload may have been extended or completed since.
   */
  dueEntries(keys: readonly string[]): Promise<readonly Entry[]>;
  /** Keeps receipts, for stores that cannot list parts. */
  addReceipts(upload: Upload, receipts: readonly PartReceipt[]): Promise<void>;
  receipts(upload: Upload): Promise<PartReceipt[]>;
}

const PAGES_PER_LIST = 5;

export function createLedger(kv: KV, options: LedgerOptions): Ledger {
  const { log, now, keepSeconds } = options;
  const receipts = createReceipts(kv, options, GRACE_SECONDS);
  const usage = createUsage(kv, { log, now, isListed, rowAt: readRow });

  const writer = createWriter(kv, options);

  return {
    addReceipts: receipts.add,
    receipts: receipts.all,
    async get(owner, id) {
      return read(keyOf(await ownerHash(owner), id));
    },
    async getByHash(hash, id) {
      const entry = await read(keyOf(hash, id));
      return entry && isListed(rowOf(entry)) ? entry : undefined;
    },
    put: async (entry, waitUntil) => writer.put(await keyOfEntry(entry), entry, waitUntil),
    amend: async (entry, waitUntil, tries) =>
      writer.amend(await keyOfEntry(entry), entry, waitUntil, tries),
    remove: async (owner, id) => writer.remove(keyOf(await ownerHash(owner), id)),
    async list(owner, { state, cursor, limit }) {
      const prefix = prefixOf(await ownerHash(owner));
      const uploads: UploadSummary[] = [];
      let next = cursor;
      for (let page = 0; page < PAGES_PER_LIST && uploads.length < limit; page++) {
        const wanted = limit - uploads.length;
        const found = await readable(kv.list({ prefix, limit: wanted, cursor: next ?? null }));
        for (const row of await Promise.all(found.keys.map((key) => rowAt(key, state)))) {
          if (row && (!state || row.state === state)) uploads.push(summaryOf(row));
        }
        next = found.list_complete ? undefined : found.cursor;
        if (next === undefined) break;
      }
      return { uploads, ...(next !== undefined && { cursor: next }) };
    },
    async usage(owner, options) {
      return readable(usage.count(await ownerHash(owner), options));
    },
    async noteLate(owner, upload) {
      if (!isLate(upload)) return;
      await readable(usage.noteLate(await ownerHash(owner), upload));
    },
    recount: usage.recount,
    async due(position, lists) {
      const { keys, next } = await walk(kv, RECORDS, position, lists);
      const owners = new Map<string, string[]>();
      for (const key of keys) {
        if (isSurelyLater(key)) continue;
        const row = shortRow(key);
        if (row && !isDue(row)) continue;
        const prefix = key.name.slice(0, key.name.indexOf(':', RECORDS.length));
        owners.set(prefix, [...(owners.get(prefix) ?? []), key.name]);
      }
      return { owners: fromAnywhere([...owners.values()].map(fromAnywhere)), next };
    },
    async dueEntries(keys) {
      const entries = await readAll(keys);
      return entries.flatMap((entry) => (entry && isDue(rowOf(entry)) ? [entry] : []));
    },
  };

  async function readable<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      log.warn('list_not_read', { error });
      throw new ProblemError('store_unavailable', 'The list cannot be read now: try again.', {
        retryAfter: 1,
      });
    }
  }

  async function read(key: string): Promise<Entry | undefined> {
    try {
      return parsed(key, await kv.get(key));
    } catch (error) {
      log.warn('record_not_read', { error });
    }
    return undefined;
  }

  /** What cannot be read is left out. */
  async function readAll(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    if (!kv.getMany) return Promise.all(keys.map(read));
    try {
      return [...(await readMany(kv, keys))].map(([key, value]) => parsed(key, value));
    } catch (error) {
      log.warn('record_not_read', { error });
      return [];
    }
  }

  function parsed(key: string, value: string | null): Entry | undefined {
    if (value === null) return undefined;
    const entry = v.safeParse(Entry, parseJson(value));
    if (entry.success) return entry.output;
    log.warn('record_ignored', { kvKey: key });
    return undefined;
  }

  /** The complete row; undefined if it is not listed, or is known not to be in `state`. */
  async function rowAt(key: Key, state: UploadState | undefined): Promise<Row | undefined> {
    const short = shortRow(key);
    if (short && state && recordedState(short, now()) !== state) return undefined;
    const parsed = v.safeParse(Row, key.metadata);
    const row = parsed.success ? parsed.output : await readRow(key.name);
    return row && isListed(row) ? { ...row, state: recordedState(row, now()) } : undefined;
  }

  async function readRow(key: string): Promise<Row | undefined> {
    const entry = await read(key);
    return entry && rowOf(entry);
  }

  /** Complete uploads are listed for `keepSeconds`; their records may be kept for longer. */
  function isListed({ state, completedAt }: ShortRow): boolean {
    if (state !== 'complete' || keepSeconds === null || completedAt === undefined) return true;
    return Date.parse(completedAt) + keepSeconds * 1000 > now();
  }

  function isDue(row: ShortRow): boolean {
    return dueAt(row) * 1000 <= now();
  }
}

async function keyOfEntry({ upload }: Entry): Promise<string> {
  return keyOf(await ownerHash(upload.owner), upload.id);
}

/**
 * True for a row that has ended. A round lists a hundred thousand rows, of which most have, and to
 * validate each of them would take longer than the CPU time of Workers Free.
 */
function isSurelyLater({ metadata }: Key): boolean {
  const { state, sweepAt } = (metadata ?? {}) as { state?: unknown; sweepAt?: unknown };
  return (state === 'complete' || state === 'expired') && sweepAt === undefined;
}
