/**
 * Writes records. KV has no transactions, and what it shows may be a minute old: a call that has read an
 * open record must not write it back over that of the end. So an isolate remembers what it has ended.
 */
import type { Log } from '../util/log.ts';
import type { KV } from './kv.ts';
import { GRACE_SECONDS, metadataOf, UNSETTLED_SECONDS, type Entry } from './record.ts';

/** What a writer needs besides KV; see `LedgerOptions`. */
interface WriterOptions {
  readonly log: Log;
  readonly now: () => number;
  readonly keepSeconds: number | null;
}

/** Keeps the Worker alive for work after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** Whether a write that KV refuses is tried again after the answer. */
export type Tries = 'once' | 'again';

/** Writes to the keys of records, as `Ledger` does to records. */
export interface Writer {
  put(key: string, entry: Entry, waitUntil: WaitUntil): Promise<boolean>;
  amend(key: string, entry: Entry, waitUntil: WaitUntil, tries?: Tries): Promise<boolean>;
  remove(key: string): Promise<void>;
}

/** KV accepts one write per second to a key. */
const RETRY_MS = [1100, 2200, 4400];
/** How long an end is remembered: KV shows it everywhere by then. */
const ENDED_MS = 150_000;
const MAX_ENDED = 1000;

export function createWriter(kv: KV, { log, now, keepSeconds }: WriterOptions): Writer {
  /** What this isolate wants to be under each key that it is writing. */
  const latest = new Map<string, Entry>();
  /** When this isolate ended uploads, the oldest first. */
  const endedAt = new Map<string, number>();
  /** How many calls of `amend` are writing, and what has ended the upload since; null: removal. */
  const amending = new Map<string, { calls: number; end?: Entry | null }>();

  async function put(key: string, entry: Entry, waitUntil: WaitUntil): Promise<boolean> {
    const isEnd = entry.state !== 'open';
    noteEnd(key, isEnd ? entry : undefined);
    return attempt(key, entry, waitUntil);
  }

  async function remove(key: string): Promise<void> {
    noteEnd(key, null);
    try {
      await kv.delete(key);
    } catch (error) {
      log.warn('record_not_deleted', { error });
    }
  }

  return {
    put,
    remove,
    async amend(key, entry, waitUntil, tries = 'again') {
      if ((endedAt.get(key) ?? -Infinity) + ENDED_MS > now()) return false;
      const running = amending.get(key) ?? { calls: 0 };
      amending.set(key, running);
      running.calls++;
      const isWritten = await attempt(key, entry, tries === 'again' ? waitUntil : undefined);
      if (--running.calls === 0) amending.delete(key);
      const { end } = running;
      if (end === undefined) return isWritten;
      // The write may have arrived after that of the end.
      await (end === null ? remove(key) : put(key, end, waitUntil));
      return false;
    },
  };

  /** @param end undefined for an upload that begins, maybe with the id of one that was removed. */
  function noteEnd(key: string, end: Entry | null | undefined): void {
    endedAt.delete(key);
    if (end === undefined) return;
    endedAt.set(key, now());
    const [oldest] = endedAt.keys();
    if (endedAt.size > MAX_ENDED && oldest !== undefined) endedAt.delete(oldest);
    const running = amending.get(key);
    if (running) running.end = end;
  }

  async function attempt(key: string, entry: Entry, waitUntil?: WaitUntil): Promise<boolean> {
    latest.set(key, entry);
    try {
      await write(key, entry);
      forget(key, entry);
      return true;
    } catch {
      if (waitUntil) waitUntil(writeLater(key, entry));
      else forget(key, entry);
      return false;
    }
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
  function expirationOf({ state, upload, sweepAt }: Entry): number | null {
    const seconds = Math.floor(now() / 1000);
    const grace = state === 'open' || sweepAt !== undefined ? UNSETTLED_SECONDS : GRACE_SECONDS;
    const afterToken = Math.max(upload.expiresAt, seconds) + grace;
    if (state !== 'complete') return afterToken;
    return keepSeconds === null ? null : Math.max(seconds + keepSeconds, afterToken);
  }
}
