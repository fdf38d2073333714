/**
 * What survives a reload: which upload a file belongs to, by the key of its file. It is a cache; the
 * store decides what is stored.
 */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../../worker/protocol.ts';
import type { Interrupted } from '../types.ts';
import { isUploadId } from '../../../worker/protocol/id.ts';

export interface JournalEntry extends Interrupted {
  readonly lastModified: number;
  readonly expiresAt: string;
  /** Parts that are stored, for a store that cannot list them. */
  readonly parts?: readonly StoredPart[] | undefined;
  /** Where on the site the upload was begun. */
  readonly place?: string | undefined;
  /** It goes in one request: it is created again, many in one call, and not reconciled. */
  readonly isSingle?: boolean | undefined;
  /** It was cancelled, and has not been aborted on the store yet. */
  readonly isCancelled?: boolean | undefined;
  /** The upload's token, by which the Worker knows the owner. */
  readonly token?: string | undefined;
}

/** Lifetime of an entry that the Worker has not answered yet: nothing has been sent. */
const UNANSWERED_MS = 86_400_000;
/** Characters of a JWS, which becomes a header: https://www.rfc-editor.org/rfc/rfc7515#section-7.1 */
const TOKEN = /^[\w.-]+$/;
/** How long a read or write may take on a busy disk. */
const PATIENCE_MS = 2000;

/** How long an entry is kept after its end: the clock may be wrong. */
const KEPT_MS = 30 * 86_400_000;

let database: UseStore | undefined;
/** True after IndexedDB has not answered in time. Until it answers, callers do not wait for it. */
let isStuck = false;

/**
 * Uses the database. IndexedDB may be blocked, full or broken, or never answer, as in WebKit
 * (https://bugs.webkit.org/show_bug.cgi?id=226547): then no entry is found, and none is written.
 */
async function withDatabase<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
  let timer;
  const open = () => use((database ??= createStore('s3-upload', 'uploads')));
  try {
    const using = open()
      .catch(() => {
        // A connection can die without `close`, as in Safari: another one may live.
        database = undefined;
        return open();
      })
      .finally(() => (isStuck = false));
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, isStuck ? 0 : PATIENCE_MS);
    }).then(() => {
      // A connection may be all that hangs, but not each call opens another one.
      if (!isStuck) database = undefined;
      isStuck = true;
      return undefined;
    });
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
): Promise<Pick<JournalEntry, 'id' | 'handle' | 'parts' | 'token' | 'lastModified'> | undefined> {
  const entry = await withDatabase((store) =>
    store('readonly', (uploads) => promisifyRequest<unknown>(uploads.get(key))),
  );
  const {
    id,
    handle,
    isSingle,
    isCancelled,
    lastModified = 0,
    parts,
    token,
  } = Object(entry) as Partial<JournalEntry>;
  if (!isUploadId(id) || isCancelled) return undefined;
  return {
    id,
    handle,
    lastModified,
    parts: Array.isArray(parts) ? parts.filter(Boolean) : [],
    // A file that goes in one request is created again, under its old id.
    token: !isSingle && typeof token === 'string' && TOKEN.test(token) ? token : undefined,
  };
}

/** All entries that have not expired, by their keys. Deletes those that expired long ago, or are not entries. */
export async function readEntries(): Promise<ReadonlyMap<string, JournalEntry>> {
  const found = new Map<string, JournalEntry>();
  await withDatabase((store) =>
    store('readwrite', async (uploads) => {
      const [keys, values] = await Promise.all([
        promisifyRequest(uploads.getAllKeys()),
        promisifyRequest<unknown[]>(uploads.getAll()),
      ]);
      for (const [index, key] of keys.entries()) {
        const entry = values[index];
        const endMs = typeof key === 'string' && isEntry(entry) ? Date.parse(entry.expiresAt) : 0;
        if (endMs > Date.now()) found.set(key as string, entry as JournalEntry);
        else if (!(endMs > Date.now() - KEPT_MS)) uploads.delete(key);
      }
    }),
  );
  return found;
}

/** The beginnings of all keys: everything but the hash of the file. */
export async function readKeyHeads(): Promise<ReadonlySet<string>> {
  const all = await withDatabase((store) =>
    store('readonly', (uploads) => promisifyRequest(uploads.getAllKeys())),
  );
  return new Set(all?.map((key) => String(key).replace(/[^\n]*$/, '')));
}

/** Writes an entry. Call it early: a write that begins while the page is closing may be lost. */
export async function writeEntry(
  key: string,
  {
    handle,
    ...entry
  }: Omit<JournalEntry, 'expiresAt'> & { readonly expiresAt?: string | undefined },
): Promise<void> {
  const { expiresAt = new Date(Date.now() + UNANSWERED_MS).toISOString() } = entry;
  const dated = { ...entry, expiresAt };
  await withDatabase((store) => {
    const write = (value: object) => change(store, (uploads) => uploads.put(value, key));
    // Some browsers that have file handles cannot store them.
    return write({ ...dated, handle }).catch(() => write(dated));
  });
}

export async function deleteEntry(key: string): Promise<void> {
  await withDatabase((store) => change(store, (uploads) => uploads.delete(key)));
}

/** Resolves once the change is on the disk. */
function change(store: UseStore, make: (uploads: IDBObjectStore) => unknown): Promise<void> {
  return store('readwrite', (uploads) => {
    make(uploads);
    return promisifyRequest(uploads.transaction);
  });
}

function isEntry(value: unknown): value is JournalEntry {
  const { id, name, bytes, expiresAt } = Object(value) as Partial<JournalEntry>;
  return (
    isUploadId(id) &&
    typeof name === 'string' &&
    typeof bytes === 'number' &&
    typeof expiresAt === 'string'
  );
}
