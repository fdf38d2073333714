/**
 * What has been uploaded: an index in Workers KV, never the truth. A record is written at Create
 * (uploads in parts only) and at the end. KV may be a minute behind and allows one write a second
 * to a key (https://developers.cloudflare.com/kv/platform/limits/), so nothing that decides about
 * bytes asks it, and a failing KV loses a row of a list but no upload.
 */
import * as v from 'valibot';
import { sha256Hex } from './digest.ts';
import type { Log } from './log.ts';
import type { PartReceipt, UploadState, UploadSummary } from './protocol.ts';
import { Upload } from './upload.ts';

/** The part of Workers KV that is used. */
export interface KV {
  get(key: string): Promise<string | null>;
  put(
    key: string,
    value: string,
    options: { expiration?: number; metadata?: unknown },
  ): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit?: number; cursor?: string | null }): Promise<{
    readonly keys: readonly { readonly name: string; readonly metadata?: unknown }[];
    readonly list_complete: boolean;
    readonly cursor?: string;
  }>;
}

const StoredResult = v.object({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  bytes: v.number(),
  type: v.string(),
  etag: v.string(),
  checksum: v.exactOptional(v.string()),
  completedAt: v.string(),
});

const Entry = v.object({
  state: v.picklist(['open', 'complete', 'aborted']),
  upload: Upload,
  result: v.exactOptional(StoredResult),
});
/** One upload's record. */
export type Entry = v.InferOutput<typeof Entry>;

const Receipts = v.array(
  v.object({ number: v.number(), etag: v.string(), checksum: v.exactOptional(v.string()) }),
);

/** What the ledger needs beside KV. */
export interface LedgerOptions {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For how long a finished upload stays listed, in seconds; null: for ever. */
  readonly keepSeconds: number | null;
}

/** Reads answer `undefined` where KV fails; writes never throw. */
export interface Ledger {
  get(owner: string, id: string): Promise<Entry | undefined>;
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
  /** For stores that cannot list parts. */
  addReceipts(upload: Upload, receipts: readonly PartReceipt[]): Promise<void>;
  receipts(upload: Upload): Promise<PartReceipt[]>;
}

/** Keeps the Worker alive for work after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void;

const MAX_METADATA_BYTES = 1024;
const GRACE_SECONDS = 86_400;
const PAGES_PER_LIST = 5;
/** KV takes one write a second to a key. */
const RETRY_MS = [1100, 2200, 4400];

export function createLedger(kv: KV, { log, now, keepSeconds }: LedgerOptions): Ledger {
  return {
    async get(owner, id) {
      return read(await keyOf(owner, id));
    },
    async put(entry, waitUntil) {
      const key = await keyOf(entry.upload.owner, entry.upload.id);
      try {
        await write(key, entry);
      } catch {
        waitUntil(writeLater(key, entry));
      }
    },
    async remove(owner, id) {
      try {
        await kv.delete(await keyOf(owner, id));
      } catch (error) {
        log.warn('ledger_delete_failed', { error });
      }
    },
    async list(owner, { state, cursor, limit }) {
      const prefix = await prefixOf(owner);
      const uploads: UploadSummary[] = [];
      let next = cursor;
      for (let page = 0; page < PAGES_PER_LIST && uploads.length < limit; page++) {
        const wanted = limit - uploads.length;
        const found = await kv.list({ prefix, limit: wanted, cursor: next ?? null });
        const rows = await Promise.all(found.keys.map((key) => rowOf(key)));
        uploads.push(
          ...rows.flatMap((row) => (row && (!state || row.state === state) ? [row] : [])),
        );
        next = found.list_complete ? undefined : found.cursor;
        if (next === undefined) break;
      }
      return { uploads, ...(next !== undefined && { cursor: next }) };
    },
    async addReceipts(upload, receipts) {
      // A key of its own for each call: no read first, and never two writes to one key in a second.
      const when = now().toString(36).padStart(9, '0');
      const key = `${await receiptPrefix(upload)}${when}-${crypto.randomUUID().slice(0, 8)}`;
      try {
        await kv.put(key, JSON.stringify(receipts), {
          expiration: upload.expiresAt + GRACE_SECONDS,
        });
      } catch (error) {
        log.warn('ledger_receipts_failed', { upload: upload.id, error });
      }
    },
    async receipts(upload) {
      const newest = new Map<number, PartReceipt>();
      try {
        const prefix = await receiptPrefix(upload);
        let cursor: string | undefined;
        do {
          const page = await kv.list({ prefix, cursor: cursor ?? null });
          const values = await Promise.all(page.keys.map((key) => kv.get(key.name)));
          for (const value of values) {
            const parsed = v.safeParse(Receipts, parseJson(value));
            if (parsed.success) for (const part of parsed.output) newest.set(part.number, part);
          }
          cursor = page.list_complete ? undefined : page.cursor;
        } while (cursor !== undefined);
      } catch (error) {
        log.warn('ledger_receipts_unread', { upload: upload.id, error });
      }
      return [...newest.values()].sort((a, b) => a.number - b.number);
    },
  };

  async function read(key: string): Promise<Entry | undefined> {
    try {
      const value = await kv.get(key);
      if (value === null) return undefined;
      const entry = v.safeParse(Entry, parseJson(value));
      if (entry.success) return entry.output;
      log.warn('ledger_record_ignored', { kvKey: key });
    } catch (error) {
      log.warn('ledger_read_failed', { error });
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
        log.warn('ledger_write_failed', { upload: entry.upload.id, error });
      }
    }
  }

  /** Seconds since the epoch; null: never. */
  function expirationOf({ state, upload }: Entry): number | null {
    if (state !== 'complete') return upload.expiresAt + GRACE_SECONDS;
    return keepSeconds === null ? null : Math.floor(now() / 1000) + Math.max(keepSeconds, 60);
  }

  async function rowOf(key: { name: string; metadata?: unknown }) {
    const short = v.safeParse(Row, key.metadata);
    const row = short.success ? short.output : rowOfEntry(await read(key.name));
    if (!row) return undefined;
    const { expiresAt, ...summary } = row;
    const over = summary.state === 'open' && expiresAt * 1000 <= now();
    return over ? { ...summary, state: 'expired' as const } : summary;
  }
}

const Row = v.object({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  bytes: v.number(),
  type: v.string(),
  state: v.picklist(['open', 'complete', 'aborted', 'expired']),
  createdAt: v.string(),
  completedAt: v.exactOptional(v.string()),
  expiresAt: v.number(),
});

function rowOfEntry(entry: Entry | undefined): v.InferOutput<typeof Row> | undefined {
  if (!entry) return undefined;
  const { upload, state, result } = entry;
  return {
    id: upload.id,
    key: upload.key,
    name: upload.name,
    bytes: upload.bytes,
    type: upload.type,
    state,
    createdAt: new Date(upload.createdAt * 1000).toISOString(),
    expiresAt: upload.expiresAt,
    ...(result && { completedAt: result.completedAt }),
  };
}

/** The row, so that a list costs one operation; nothing where it is too long, and is read then. */
function metadataOf(entry: Entry): unknown {
  const row = rowOfEntry(entry);
  return new TextEncoder().encode(JSON.stringify(row)).byteLength <= MAX_METADATA_BYTES ? row : {};
}

/** Owners may be of any length and script; KV keys have 512 bytes. */
async function prefixOf(owner: string): Promise<string> {
  return `u:${(await sha256Hex(owner)).slice(0, 32)}:`;
}

/** KV lists upwards, and a UUIDv7 begins with its time: turned round, the newest comes first. */
async function keyOf(owner: string, id: string): Promise<string> {
  const time = id.slice(0, 8) + id.slice(9, 13);
  const downwards = (0xffff_ffff_ffff - Number.parseInt(time, 16)).toString(16).padStart(12, '0');
  return `${await prefixOf(owner)}${downwards}:${id}`;
}

async function receiptPrefix(upload: Upload): Promise<string> {
  return `p:${(await sha256Hex(upload.owner)).slice(0, 32)}:${upload.id}:`;
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
