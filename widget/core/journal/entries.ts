/**
 * What survives a reload: which upload a file belongs to, by the key of its file. It is a cache; the
 * store decides what is stored.
 */
import { createStore, del, delMany, entries, get, keys, set, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../../worker/protocol.ts';
import type { Interrupted } from '../types.ts';
import { isUploadId } from '../../../worker/protocol.ts';

export interface JournalEntry extends Interrupted {
  /** Parts that are stored, for a store that cannot list them. */
  readonly parts?: readonly StoredPart[] | undefined;
  /** Where on the site the upload was begun. */
  readonly place?: string | undefined;
  /** It goes in one request: it is created again, many in one call, and not reconciled. */
  readonly isSingle?: boolean | undefined;
  /** The upload's token, by which the Worker knows the owner; not for a single request. */
  readonly token?: string | undefined;
}

/** Lifetime of an entry that the Worker has not answered yet: nothing has been sent. */
const UNANSWERED_MS = 86_400_000;
/** Characters of a JWS, which becomes a header: https://www.rfc-editor.org/rfc/rfc7515#section-7.1 */
const TOKEN = /^[\w.-]+$/;
/** How long a read or write may take on a busy disk. */
const PATIENCE_MS = 2000;

let database: UseStore | undefined;
/** True while IndexedDB does not answer: nothing waits for it until it does. */
let isStuck = false;

/**
 * Uses the database. IndexedDB may be blocked, full or broken, or never answer, as in WebKit
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

/** The fields of an entry that can be relied on, even if another version has written it. */
export async function readEntry(
  key: string,
): Promise<Pick<JournalEntry, 'id' | 'handle' | 'parts' | 'token'> | undefined> {
  const entry = await attempt((store) => get<Partial<JournalEntry>>(key, store));
  const { id, handle, parts, token } = Object(entry) as Partial<JournalEntry>;
  if (!isUploadId(id)) return undefined;
  return {
    id,
    handle,
    parts: Array.isArray(parts) ? parts.filter(Boolean) : [],
    token: typeof token === 'string' && TOKEN.test(token) ? token : undefined,
  };
}

/** All entries by their keys. Deletes those that have expired, or that are not entries. */
export async function readEntries(): Promise<ReadonlyMap<string, JournalEntry>> {
  const found = new Map<string, JournalEntry>();
  await attempt(async (store) => {
    const stale: IDBValidKey[] = [];
    for (const [key, entry] of await entries<IDBValidKey, unknown>(store)) {
      if (typeof key === 'string' && isEntry(entry)) found.set(key, entry);
      else stale.push(key);
    }
    if (stale.length) await delMany(stale, store);
  });
  return found;
}

/** The beginnings of all keys: everything but the hash of the file. */
export async function readKeyHeads(): Promise<ReadonlySet<string>> {
  const all = (await attempt((store) => keys(store))) ?? [];
  return new Set(all.map((key) => String(key).replace(/[^\n]*$/, '')));
}

/** Writes an entry, before the page goes away: what is begun then may never be written. */
export async function writeEntry(
  key: string,
  {
    handle,
    ...entry
  }: Omit<JournalEntry, 'expiresAt'> & { readonly expiresAt?: string | undefined },
): Promise<void> {
  const { expiresAt = new Date(Date.now() + UNANSWERED_MS).toISOString() } = entry;
  const kept = { ...entry, expiresAt };
  await attempt((store) =>
    // Some browsers that have file handles cannot store them.
    set(key, { ...kept, handle }, store).catch(() => set(key, kept, store)),
  );
}

export async function deleteEntry(key: string): Promise<void> {
  await attempt((store) => del(key, store));
}

function isEntry(value: unknown): value is JournalEntry {
  const { id, name, bytes, expiresAt } = Object(value) as Partial<JournalEntry>;
  return (
    isUploadId(id) &&
    typeof name === 'string' &&
    typeof bytes === 'number' &&
    Date.parse(expiresAt ?? '') > Date.now()
  );
}
