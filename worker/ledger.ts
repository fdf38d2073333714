/**
 * What has been uploaded: an index in Workers KV, never the truth. A record is written at Create
 * (uploads in parts only) and at the end. KV may be a minute behind and allows one write a second
 * to a key (https://developers.cloudflare.com/kv/platform/limits/), so nothing that decides about
 * bytes asks it, and a failing KV loses a row of a list but no upload.
 */
import * as v from 'valibot';
import { allKeys, parseJson, type Key, type KV } from './ledger/kv.ts';
import type { Log } from './log.ts';
import { ProblemError } from './problem.ts';
import type { PartReceipt, UploadState, UploadSummary } from './protocol.ts';
import { createReceipts } from './ledger/receipts.ts';
import {
  Entry,
  keyOf,
  metadataOf,
  ownerHash,
  prefixOf,
  RECORDS,
  Row,
  rowOf,
  summaryOf,
} from './ledger/record.ts';
import type { Upload } from './upload.ts';

export type { KV } from './ledger/kv.ts';
export type { Entry, Row } from './ledger/record.ts';

/** What the ledger needs beside KV. */
export interface LedgerOptions {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For how long a finished upload stays listed, in seconds; null: for ever. */
  readonly keepSeconds: number | null;
}

/**
 * Reads of one upload answer `undefined` where KV fails, lists throw a ProblemError, writes never
 * throw.
 */
export interface Ledger {
  get(owner: string, id: string): Promise<Entry | undefined>;
  /** By the owner's hash, for links that anyone may follow. */
  getByHash(hash: string, id: string): Promise<Entry | undefined>;
  /** Tries again in `waitUntil` where KV refused. */
  put(entry: Entry, waitUntil: WaitUntil): Promise<void>;
  remove(owner: string, id: string): Promise<void>;
  /** The newest first. A page may hold fewer rows than `limit`, or none, and still have a cursor. */
  list(
    owner: string,
    options: {
      readonly state?: UploadState | undefined;
      readonly cursor?: string | undefined;
      readonly limit: number;
    },
  ): Promise<{ readonly uploads: readonly UploadSummary[]; readonly cursor?: string }>;
  /** Everything of the owner's that counts against a quota: open, or complete and still listed. */
  usage(owner: string): Promise<readonly Row[]>;
  /** Uploads of anybody that have expired and are still open: at most `limit`, of one page. */
  overdue(
    limit: number,
    cursor?: string,
  ): Promise<{ readonly entries: readonly Entry[]; readonly cursor?: string }>;
  /** For stores that cannot list parts. */
  addReceipts(upload: Upload, receipts: readonly PartReceipt[]): Promise<void>;
  receipts(upload: Upload): Promise<PartReceipt[]>;
}

/** Keeps the Worker alive for work after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** So long is an expired upload known still, for the sweep to find. */
const GRACE_SECONDS = 3 * 86_400;
const PAGES_PER_LIST = 5;
/** KV takes one write a second to a key. */
const RETRY_MS = [1100, 2200, 4400];

export function createLedger(kv: KV, options: LedgerOptions): Ledger {
  const { log, now, keepSeconds } = options;
  const receipts = createReceipts(kv, options, GRACE_SECONDS);

  return {
    addReceipts: receipts.add,
    receipts: receipts.all,
    async get(owner, id) {
      return read(keyOf(await ownerHash(owner), id));
    },
    async getByHash(hash, id) {
      return read(keyOf(hash, id));
    },
    async put(entry, waitUntil) {
      const key = keyOf(await ownerHash(entry.upload.owner), entry.upload.id);
      try {
        await write(key, entry);
      } catch {
        waitUntil(writeLater(key, entry));
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
        for (const row of await Promise.all(found.keys.map(rowAt))) {
          if (row && (!state || row.state === state)) uploads.push(summaryOf(row));
        }
        next = found.list_complete ? undefined : found.cursor;
        if (next === undefined) break;
      }
      return { uploads, ...(next !== undefined && { cursor: next }) };
    },
    async usage(owner) {
      return readable(usedRows(await ownerHash(owner)));
    },
    async overdue(limit, cursor) {
      const page = await kv.list({ prefix: RECORDS, cursor: cursor ?? null });
      const over: string[] = [];
      // Only among these: next to many that live, the same ones would come first nearly every time.
      const candidates = page.keys.filter((key) => {
        const row = shortRow(key);
        return !row || isOver(row);
      });
      for (const key of fromAnywhere(candidates)) {
        const row = over.length <= limit ? await recorded(key) : undefined;
        if (row && isOver(row)) over.push(key.name);
      }
      const entries = await Promise.all(over.slice(0, limit).map(read));
      // Those that are left are found again: what has been dealt with is no longer open.
      const next = over.length > limit ? cursor : page.list_complete ? undefined : page.cursor;
      return {
        entries: entries.flatMap((entry) => (entry?.state === 'open' ? [entry] : [])),
        ...(next !== undefined && { cursor: next }),
      };
    },
  };

  async function usedRows(hash: string): Promise<Row[]> {
    const used: Row[] = [];
    for (const key of await allKeys(kv, prefixOf(hash))) {
      const row = await rowAt(key);
      if (row?.state === 'open' || row?.state === 'complete') used.push(row);
    }
    return used;
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

  async function writeLater(key: string, entry: Entry): Promise<void> {
    for (const delay of RETRY_MS) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      try {
        return await write(key, entry);
      } catch (error) {
        log.warn('record_not_written', { upload: entry.upload.id, error });
      }
    }
  }

  /** Seconds since the epoch, at least a minute from now; null: never. */
  function expirationOf({ state, upload }: Entry): number | null {
    const seconds = Math.floor(now() / 1000);
    if (state !== 'complete') return Math.max(upload.expiresAt, seconds) + GRACE_SECONDS;
    return keepSeconds === null ? null : seconds + Math.max(keepSeconds, 60);
  }

  async function rowAt(key: Key): Promise<Row | undefined> {
    const row = await recorded(key);
    return row && isOver(row) ? { ...row, state: 'expired' } : row;
  }

  async function recorded(key: Key): Promise<Row | undefined> {
    const short = shortRow(key);
    if (short) return short;
    const entry = await read(key.name);
    return entry && rowOf(entry);
  }

  function isOver({ state, expiresAt }: Row): boolean {
    return state === 'open' && expiresAt * 1000 <= now();
  }
}

/** Nothing where it was too long for the metadata. */
function shortRow({ metadata }: Key): Row | undefined {
  const row = v.safeParse(Row, metadata);
  return row.success ? row.output : undefined;
}

/** Else those at the top that cannot be let go of would stand in the way of all others. */
function fromAnywhere(keys: readonly Key[]): Key[] {
  const start = Math.floor(Math.random() * keys.length);
  return [...keys.slice(start), ...keys.slice(0, start)];
}
