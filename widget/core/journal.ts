/** What survives a reload: which upload a file belongs to. A cache, not a witness. */
import { createStore, del, get, set, values, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../worker/protocol.ts';
import type { Job } from './job.ts';

interface JournalEntry {
  readonly id: string;
  readonly handle?: FileSystemFileHandle | undefined;
  /** Kept where the store cannot list them. */
  readonly parts?: readonly StoredPart[] | undefined;
}

let database: UseStore | undefined;

/** IndexedDB may be blocked, full or broken: then nothing is found and nothing is kept. */
async function attempt<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
  try {
    return await use((database ??= createStore('s3-upload', 'uploads')));
  } catch {
    return undefined;
  }
}

export function recall(fingerprint: string): Promise<JournalEntry | undefined> {
  return attempt((store) => get<JournalEntry>(fingerprint, store));
}

export function recallAll(): Promise<readonly JournalEntry[] | undefined> {
  return attempt((store) => values<JournalEntry>(store));
}

/** At once, and not when the page goes away: what is begun then may never be written. */
export async function note(
  { id, fingerprint, handle }: Job,
  parts?: readonly StoredPart[],
): Promise<void> {
  if (fingerprint) await attempt((store) => set(fingerprint, { id, handle, parts }, store));
}

export async function erase({ fingerprint }: Job): Promise<void> {
  if (fingerprint) await attempt((store) => del(fingerprint, store));
}
