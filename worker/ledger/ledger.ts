/**
 * An index of uploads in Workers KV. It is never the only source of truth. A record is written at
 * Create and at the end. KV may be a minute behind and accepts one write per second to a key
 * (https://developers.cloudflare.com/kv/platform/limits/), so no decision about bytes depends on it. If
 * KV fails, a row of a list is lost, but no upload.
 */
import * as v from 'valibot';
import { allKeys, type Key, type KV } from './kv.ts';
import { parseJson } from '../util/parse-json.ts';
import type { Log } from '../log.ts';
import { ProblemError } from '../problem.ts';
import type { PartReceipt, UploadState, UploadSummary } from '../protocol.ts';
import { createReceipts } from './receipts.ts';
import {
  dueAt,
  Entry,
  keyOf,
  metadataOf,
  ownerHash,
  prefixOf,
  RECORDS,
  Row,
  rowOf,
  ShortRow,
  summaryOf,
} from './record.ts';
import { fromAnywhere, walk, type Position } from './walk.ts';
import type { Counted } from '../policy/reservations.ts';
import { recordedState } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';

export type { KV } from './kv.ts';
export type { Entry, Row } from './record.ts';

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
  usage(owner: string): Promise<readonly Counted[]>;
  /**
   * Keys of uploads that may be due for upkeep, for each owner, in random order, and where the next
   * round continues.
   */
  due(
    position: Position,
    lists: number,
  ): Promise<{ readonly owners: readonly (readonly string[])[]; readonly next: Position }>;
  /** The upload under a key of `due`; undefined if it is not due for upkeep. */
  dueEntry(key: string): Promise<Entry | undefined>;
  /** Keeps receipts, for stores that cannot list parts. */
  addReceipts(upload: Upload, receipts: readonly PartReceipt[]): Promise<void>;
  receipts(upload: Upload): Promise<PartReceipt[]>;
}

/** Keeps the Worker alive for work after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** How long a record is kept after its upload's token has expired, so that the sweep can find it. */
export const GRACE_SECONDS = 3 * 86_400;
const PAGES_PER_LIST = 5;
/** Most values to read when counting an owner's uploads. Only records of earlier versions need it. */
const MAX_VALUES = 200;
/** KV accepts one write per second to a key. */
const RETRY_MS = [1100, 2200, 4400];

export function createLedger(kv: KV, options: LedgerOptions): Ledger {
  const { log, now, keepSeconds } = options;
  const receipts = createReceipts(kv, options, GRACE_SECONDS);

  /** What this isolate wants to be under each key that it is writing. */
  const latest = new Map<string, Entry>();

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
    async put(entry, waitUntil) {
      const key = keyOf(await ownerHash(entry.upload.owner), entry.upload.id);
      latest.set(key, entry);
      try {
        await write(key, entry);
        forget(key, entry);
        return true;
      } catch {
        waitUntil(writeLater(key, entry));
        return false;
      }
    },
    async remove(owner, id) {
      try {
        await kv.delete(keyOf(await ownerHash(owner), id));
      } catch (error) {
        log.warn('record_not_deleted', { error });
      }
    },
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
    async usage(owner) {
      return readable(counted(await ownerHash(owner)));
    },
    async due(position, lists) {
      const { keys, next } = await walk(kv, RECORDS, position, lists);
      const owners = new Map<string, string[]>();
      for (const key of keys) {
        const row = shortRow(key);
        if (row && !isDue(row)) continue;
        const prefix = key.name.slice(0, key.name.indexOf(':', RECORDS.length));
        owners.set(prefix, [...(owners.get(prefix) ?? []), key.name]);
      }
      return { owners: fromAnywhere([...owners.values()].map(fromAnywhere)), next };
    },
    async dueEntry(key) {
      const entry = await read(key);
      return entry && isDue(rowOf(entry)) ? entry : undefined;
    },
  };

  async function counted(hash: string): Promise<Counted[]> {
    const uploads: Counted[] = [];
    let values = 0;
    for (const key of await allKeys(kv, prefixOf(hash))) {
      let row = shortRow(key);
      if (!row && values++ < MAX_VALUES) row = await readRow(key.name);
      const upload = row && countedOf(row);
      if (upload) uploads.push(upload);
    }
    if (values > MAX_VALUES) log.warn('records_not_counted', { count: values - MAX_VALUES });
    return uploads;
  }

  /** The row as limits count it; undefined if it does not count. */
  function countedOf(row: ShortRow): Counted | undefined {
    const { id, bytes, inParts = true, byForm = false, grant, expiresAt } = row;
    const createdAt = Math.floor(Date.parse(row.createdAt) / 1000);
    const base = { id, mark: '', bytes, inParts, createdAt, expiresAt };
    const upload = grant === undefined ? base : { ...base, grant };
    switch (row.state) {
      case 'open':
        // A multipart upload that is completed after it has expired is counted again then.
        return { ...upload, state: 'open', countsUntil: expiresAt + (byForm ? GRACE_SECONDS : 0) };
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

  async function readable<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      log.warn('list_not_read', { error });
      throw new ProblemError('store_unavailable', 'The list cannot be read now: try again.', {
        retryAfter: 1,
      });
    }
  }

  async function read(key: string): Promise<Entry | undefined> {
    try {
      const value = await kv.get(key);
      if (value === null) return undefined;
      const entry = v.safeParse(Entry, parseJson(value));
      if (entry.success) return entry.output;
      log.warn('record_ignored', { kvKey: key });
    } catch (error) {
      log.warn('record_not_read', { error });
    }
    return undefined;
  }

  function write(key: string, entry: Entry): Promise<void> {
    const expiration = expirationOf(entry);
    return kv.put(key, JSON.stringify(entry), {
      metadata: metadataOf(entry),
      ...(expiration !== null && { expiration }),
    });
  }

  /** Gives up if there is something newer to be written: an upload is not open again. */
  async function writeLater(key: string, entry: Entry): Promise<void> {
    for (const delay of RETRY_MS) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (latest.get(key) !== entry) return;
      try {
        await write(key, entry);
        break;
      } catch (error) {
        log.warn('record_not_written', { upload: entry.upload.id, error });
      }
    }
    forget(key, entry);
  }

  function forget(key: string, entry: Entry): void {
    if (latest.get(key) === entry) latest.delete(key);
  }

  /**
   * When KV may delete the record, in seconds since the epoch. Null: never. A record is always kept
   * longer than its upload's token, because until then somebody may ask to cancel a complete upload.
   */
  function expirationOf({ state, upload }: Entry): number | null {
    const seconds = Math.floor(now() / 1000);
    const afterToken = Math.max(upload.expiresAt, seconds) + GRACE_SECONDS;
    if (state !== 'complete') return afterToken;
    return keepSeconds === null ? null : Math.max(seconds + keepSeconds, afterToken);
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

const FOREVER = Number.MAX_SAFE_INTEGER;

/** The row in the metadata. Undefined for long rows of earlier versions, whose value has to be read. */
function shortRow({ metadata }: Key): ShortRow | undefined {
  const row = v.safeParse(ShortRow, metadata);
  return row.success ? row.output : undefined;
}
