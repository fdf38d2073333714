/** What survives a reload: which upload a file belongs to. A cache, not a witness. */
import { createStore, del, delMany, entries, get, keys, set, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../worker/protocol.ts';
import type { Job } from './job.ts';
import type { Interrupted } from './types.ts';

/** Under the fingerprint of its file. */
interface JournalEntry extends Interrupted {
  /** Kept where the store cannot list them. */
  readonly parts?: readonly StoredPart[] | undefined;
  /** Where on the site it was begun. */
  readonly place?: string | undefined;
  /** It goes in one request: it is created once more, many in a call, and not asked for. */
  readonly isSingle?: boolean | undefined;
  /** The upload's, by which it is known to be ours; not of one that goes in one request. */
  readonly token?: string | undefined;
}

/** An upload that the Worker has not answered yet has sent nothing: its entry need not last. */
const UNANSWERED_MS = 86_400_000;
/** It becomes part of a path. */
const ID = /^[\w-]+$/;
/** And this of a header: https://www.rfc-editor.org/rfc/rfc7515#section-7.1 */
const TOKEN = /^[\w.-]+$/;

/** Of a disk that is busy. */
const PATIENCE_MS = 2000;

let database: UseStore | undefined;
/** It has not answered for a while: until it does, nobody waits for it. */
let isStuck = false;

/**
 * IndexedDB may be blocked, full or broken, or never answer, as in WebKit
 * (https://bugs.webkit.org/show_bug.cgi?id=226547): then nothing is found and nothing is kept.
 */
async function attempt<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
  let timer;
  try {
    const using = use((database ??= createStore('s3-upload', 'uploads'))).finally(
      () => (isStuck = false),
    );
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, isStuck ? 0 : PATIENCE_MS);
    }).then(() => void (isStuck = true));
    return await Promise.race([using, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Of an entry that this version did not write, only what can be relied on. */
export async function recall(
  fingerprint: string,
): Promise<Pick<JournalEntry, 'id' | 'handle' | 'parts' | 'token'> | undefined> {
  const entry = await attempt((store) => get<Partial<JournalEntry>>(fingerprint, store));
  const { id, handle, parts, token } = Object(entry) as Partial<JournalEntry>;
  if (typeof id !== 'string' || !ID.test(id)) return undefined;
  return {
    id,
    handle,
    parts: Array.isArray(parts) ? parts.filter(Boolean) : [],
    token: typeof token === 'string' && TOKEN.test(token) ? token : undefined,
  };
}

/** All of them by their fingerprints; what has expired, or is none of ours, is deleted. */
export async function recallAll(): Promise<ReadonlyMap<string, JournalEntry>> {
  const known = new Map<string, JournalEntry>();
  await attempt(async (store) => {
    const stale: IDBValidKey[] = [];
    for (const [key, entry] of await entries<IDBValidKey, unknown>(store)) {
      if (typeof key === 'string' && isEntry(entry)) known.set(key, entry);
      else stale.push(key);
    }
    if (stale.length) await delMany(stale, store);
  });
  return known;
}

/** What its fingerprints begin with: all but the hash. */
export async function recallHeads(): Promise<ReadonlySet<string>> {
  const all = (await attempt((store) => keys(store))) ?? [];
  return new Set(all.map((key) => String(key).replace(/[^\n]*$/, '')));
}

/** At once, and not when the page goes away: what is begun then may never be written. */
export async function note(job: Job, parts?: readonly StoredPart[]): Promise<void> {
  const { id, fingerprint, path, handle, place, isSingle } = job;
  const { name, size: bytes, lastModified } = job.file;
  if (!fingerprint) return;
  const { expiresAt = new Date(Date.now() + UNANSWERED_MS).toISOString() } = job;
  const token = isSingle ? undefined : job.token;
  const entry = { id, name, bytes, lastModified, path, parts, place, isSingle, token, expiresAt };
  await attempt((store) =>
    // Not every browser that has handles can keep one.
    set(fingerprint, { ...entry, handle }, store).catch(() => set(fingerprint, entry, store)),
  );
}

export async function erase(fingerprint: string | undefined): Promise<void> {
  if (fingerprint) await attempt((store) => del(fingerprint, store));
}

function isEntry(value: unknown): value is JournalEntry {
  const { id, name, bytes, expiresAt } = Object(value) as Partial<JournalEntry>;
  return (
    typeof id === 'string' &&
    ID.test(id) &&
    typeof name === 'string' &&
    typeof bytes === 'number' &&
    Date.parse(expiresAt ?? '') > Date.now()
  );
}
