/**
 * Everything of one owner that counts against a quota. Up to a thousand uploads are counted from
 * their rows, with one list. Beyond that a summary is read, and the rows that are newer than it.
 */
import * as v from 'valibot';
import type { Log } from '../util/log.ts';
import type { Counted, Reservation } from '../policy/reservations.ts';
import { ProblemError } from '../problem.ts';
import type { Key, KV } from './kv.ts';
import { prefixOf, shortRow, UNSETTLED_SECONDS, type ShortRow } from './record.ts';
import { readSummary, summarize, type Summary } from './summary.ts';
import { SHARDS, walk } from './walk.ts';

/** What an owner has. */
export interface Usage {
  /** Uploads that are counted one by one. */
  readonly uploads: readonly Counted[];
  /** The sum of the others. */
  readonly summary?: Summary;
  /** False if a new count may find less. */
  readonly isExact: boolean;
  /** There are more than fit into one list. */
  readonly isPaged: boolean;
}

export interface UsageOptions {
  /** Counts every row, however many there are. */
  readonly exact?: boolean;
  /** The caller's token, if uploads are limited by it. */
  readonly grant?: string | undefined;
}

/** What counting needs to know of the ledger. */
export interface UsageContext {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether a complete upload is still listed. */
  readonly isListed: (row: ShortRow) => boolean;
  /** The row in the value under a key. */
  readonly rowAt: (key: string) => Promise<ShortRow | undefined>;
}

/** Owners are given by their hash. Methods throw what KV throws. */
export interface UsageCounter {
  count(hash: string, options?: UsageOptions): Promise<Usage>;
  /** Keeps a note of an upload that `count` would not find among the newest rows. */
  noteLate(hash: string, upload: Reservation): Promise<void>;
  /** Counts again what summaries sum up, the oldest first, with about so many lists. */
  recount(lists: number): Promise<number>;
}

/** Begins the keys of summaries, and of notes of late uploads: then the owner's hash follows. */
const SUMMARIES = 'q:';
const SUMMARY = 'summary';
const LATE = 'late:';

/** Values read for one count of an owner's uploads; only records of earlier versions need it. */
const MAX_VALUES = 200;
/** Pages of newest rows that are read beside a summary. With more, all rows are counted again. */
const NEWEST_PAGES = 5;
/** Pages of one count. KV allows an invocation a thousand operations. */
const MOST_PAGES = 800;
/** A count of this age is as good as a new one: KV itself may be a minute behind. */
const FRESH_SECONDS = 60;
/** A summary is not used after this time. */
const LIFE_SECONDS = 86_400;
/** Upkeep leaves younger summaries alone. */
const RECOUNT_SECONDS = 6 * 3600;
/** How far the time in an id may be from the time of its Create; otherwise the upload is late. */
const TOLERANCE_SECONDS = 15 * 60;
/** Owners whose summaries an isolate remembers. */
const MOST_MADE = 100;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** Metadata of a summary. */
const Counting = v.object({ countedAt: v.number(), rows: v.number(), until: v.number() });
/** Metadata of a note. */
const Late = v.object({
  id: v.string(),
  bytes: v.number(),
  inParts: v.boolean(),
  createdAt: v.number(),
  expiresAt: v.number(),
  grant: v.exactOptional(v.string()),
});

export function createUsage(kv: KV, { log, now, isListed, rowAt }: UsageContext): UsageCounter {
  const seconds = () => Math.floor(now() / 1000);
  /** The summaries that this isolate made, because KV may show an older one for a minute. */
  const made = new Map<string, Summary>();

  return {
    async count(hash, { exact = false, grant } = {}) {
      const first = await kv.list({ prefix: prefixOf(hash) });
      if (first.list_complete)
        return { uploads: await countedIn(first.keys), isExact: true, isPaged: false };
      const known = exact ? undefined : await summaryOf(hash);
      if (known && !(known.summary.lacksGrants && grant !== undefined)) {
        const newest = await newestSince(hash, first, known.summary.before);
        if (newest) return withLate(newest, known);
      }
      return countAll(hash, first, seconds() + 2 * LIFE_SECONDS);
    },

    async noteLate(hash, { id, bytes, inParts, createdAt, expiresAt, grant }) {
      const metadata = { id, bytes, inParts, createdAt, expiresAt, ...(grant && { grant }) };
      const expiration = seconds() + 2 * LIFE_SECONDS;
      await kv.put(`${SUMMARIES}${hash}:${LATE}${id}`, '1', { expiration, metadata });
    },

    async recount(lists) {
      const shard = Math.floor(Math.random() * SHARDS);
      const { keys } = await walk(kv, SUMMARIES, { shard }, Math.min(2, lists));
      const old = keys.flatMap(({ name, metadata }) => {
        const counting = v.safeParse(Counting, metadata);
        const isOld = counting.success && counting.output.countedAt + RECOUNT_SECONDS < seconds();
        return isOld ? [{ hash: name.split(':', 2)[1] ?? '', ...counting.output }] : [];
      });
      old.sort((one, other) => one.countedAt - other.countedAt);
      let left = lists;
      let recounted = 0;
      for (const { hash, rows, until } of old) {
        const pages = Math.ceil((rows + 1) / 1000);
        if (pages > left) continue;
        left -= pages;
        await countAll(hash, await kv.list({ prefix: prefixOf(hash) }), until);
        recounted++;
      }
      return recounted;
    },
  };

  type Page = Awaited<ReturnType<KV['list']>>;

  /** Every row; and the summary of them for the next one. */
  async function countAll(hash: string, first: Page, until: number): Promise<Usage> {
    const countedAt = seconds();
    const uploads = await countedIn(first.keys);
    let rows = first.keys.length;
    let page = first;
    for (let pages = 1; !page.list_complete; pages++) {
      if (pages >= MOST_PAGES) {
        throw new ProblemError(
          'misconfigured',
          'This owner has more uploads than can be counted in KV: bind the Durable Object LIMITS.',
        );
      }
      page = await kv.list({ prefix: prefixOf(hash), cursor: page.cursor ?? null });
      rows += page.keys.length;
      uploads.push(...(await countedIn(page.keys)));
    }
    const metadata = { countedAt, rows, until };
    const summary = summarize(uploads, countedAt);
    remember(hash, summary);
    const expiration = Math.max(until, seconds() + 120);
    try {
      await kv.put(`${SUMMARIES}${hash}:${SUMMARY}`, JSON.stringify(summary), {
        expiration,
        metadata,
      });
    } catch (error) {
      // Another request has written one within the same second.
      log.warn('summary_not_written', { error });
    }
    return { uploads, isExact: true, isPaged: true };
  }

  function remember(hash: string, summary: Summary): void {
    made.delete(hash);
    made.set(hash, summary);
    const [oldest] = made.keys();
    if (made.size > MOST_MADE && oldest !== undefined) made.delete(oldest);
  }

  /** The summary that is kept, with the late uploads that it does not contain. */
  async function summaryOf(hash: string) {
    const prefix = `${SUMMARIES}${hash}:`;
    const { keys, list_complete: isAll } = await kv.list({ prefix });
    if (!isAll) return undefined;
    const isKept = keys.some(({ name }) => name === prefix + SUMMARY);
    const kept = isKept ? readSummary(await kv.get(prefix + SUMMARY)) : undefined;
    const own = made.get(hash);
    const summary = own && own.countedAt >= (kept?.countedAt ?? 0) ? own : kept;
    if (!summary || summary.countedAt + LIFE_SECONDS < seconds()) return undefined;
    const late = keys.flatMap(({ name, metadata }) => {
      const note = name.startsWith(prefix + LATE) ? v.safeParse(Late, metadata) : undefined;
      return note?.success && note.output.createdAt >= summary.before ? [note.output] : [];
    });
    return { summary, late };
  }

  /** Rows created since then. Undefined if they are too many. */
  async function newestSince(
    hash: string,
    first: Page,
    since: number,
  ): Promise<Counted[] | undefined> {
    const uploads: Counted[] = [];
    let page = first;
    for (let pages = 1; ; pages++) {
      const newest = page.keys.filter(({ name }) => timeOfKey(name) >= since - TOLERANCE_SECONDS);
      uploads.push(...(await countedIn(newest)));
      if (page.list_complete || newest.length < page.keys.length) {
        return uploads.filter(({ createdAt }) => createdAt >= since);
      }
      if (pages >= NEWEST_PAGES) return undefined;
      page = await kv.list({ prefix: prefixOf(hash), cursor: page.cursor ?? null });
    }
  }

  function withLate(
    newest: readonly Counted[],
    { summary, late }: { readonly summary: Summary; readonly late: v.InferOutput<typeof Late>[] },
  ): Usage {
    const ids = new Set(newest.map(({ id }) => id));
    const others = late
      .filter(({ id }) => !ids.has(id))
      .map((note): Counted => ({ ...note, mark: '', state: 'open', countsUntil: FOREVER }));
    const isExact = summary.countedAt + FRESH_SECONDS >= seconds();
    return { uploads: [...newest, ...others], summary, isExact, isPaged: true };
  }

  async function countedIn(keys: readonly Key[]): Promise<Counted[]> {
    const uploads: Counted[] = [];
    let values = 0;
    for (const key of keys) {
      let row = shortRow(key);
      if (!row && values++ < MAX_VALUES) row = await rowAt(key.name);
      const upload = row && countedOf(row, isListed);
      if (upload) uploads.push(upload);
    }
    if (values > MAX_VALUES) log.warn('records_not_counted', { count: values - MAX_VALUES });
    return uploads;
  }
}

/**
 * True for an id whose record is not among the newest, because its time is not the time of its
 * Create: one of another version than UUIDv7, or one that was made long before it was used.
 */
export function isLate({ id, createdAt }: Pick<Reservation, 'id' | 'createdAt'>): boolean {
  const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / 1000;
  return Math.abs(time - createdAt) > TOLERANCE_SECONDS;
}

/** Seconds since the epoch, as the id in a record's key says. */
function timeOfKey(name: string): number {
  const downwards = name.split(':')[2] ?? '';
  return (0xffff_ffff_ffff - Number.parseInt(downwards, 16)) / 1000;
}

/** The row as limits count it; undefined if it does not count. */
function countedOf(row: ShortRow, isListed: UsageContext['isListed']): Counted | undefined {
  const { id, bytes, inParts = true, byForm = false, grant, expiresAt } = row;
  const createdAt = Math.floor(Date.parse(row.createdAt) / 1000);
  const base = { id, mark: '', bytes, inParts, createdAt, expiresAt };
  const upload = grant === undefined ? base : { ...base, grant };
  switch (row.state) {
    case 'verifying':
      return { ...upload, state: 'open', countsUntil: FOREVER };
    case 'open':
      // A multipart upload that is completed after it has expired is counted again then.
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
