/** What survives a reload: which upload a file belongs to. A cache, not a witness. */
import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../worker/protocol.ts';
import type { Job } from './job.ts';

interface JournalEntry {
  readonly id: string;
  /** Kept where the store cannot list them. */
  readonly parts?: readonly StoredPart[];
}

let database: UseStore | undefined;

/** IndexedDB may be blocked, full or broken: then nothing is found and nothing is kept. */
async function attempt<T>(
  { fingerprint }: Job,
  use: (key: string, store: UseStore) => Promise<T>,
): Promise<T | undefined> {
  try {
    if (!fingerprint) return undefined;
    return await use(fingerprint, (database ??= createStore('s3-upload', 'uploads')));
  } catch {
    return undefined;
  }
}

export function recall(job: Job): Promise<JournalEntry | undefined> {
  return attempt(job, (key, store) => get<JournalEntry>(key, store));
}

/** At once, and not when the page goes away: what is begun then may never be written. */
export function note(job: Job, parts?: readonly StoredPart[]): Promise<void> {
  return attempt(job, (key, store) => set(key, { id: job.id, parts }, store));
}

export function erase(job: Job): Promise<void> {
  return attempt(job, del);
}
