/** What survives a reload: which upload a file belongs to. A cache, not a witness. */
import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import type { StoredPart } from '../../worker/protocol.ts';
import type { Job } from './job.ts';

export interface JournalEntry {
  readonly id: string;
  /** Kept where the store cannot list them. */
  readonly parts?: readonly StoredPart[];
}

/** Writes at most this often for one upload. */
const SAVE_MS = 1000;

let database: UseStore | undefined;

/** IndexedDB may be blocked, full or broken: then nothing is found and nothing is kept. */
async function attempt<T>(use: (store: UseStore) => Promise<T>): Promise<T | undefined> {
  try {
    return await use((database ??= createStore('s3-upload', 'uploads')));
  } catch {
    return undefined;
  }
}

export const journal = {
  find: (fingerprint: string): Promise<JournalEntry | undefined> =>
    attempt((store) => get<JournalEntry>(fingerprint, store)),
  save: (fingerprint: string, entry: JournalEntry): Promise<void> =>
    attempt((store) => set(fingerprint, entry, store)),
  forget: (fingerprint: string): Promise<void> => attempt((store) => del(fingerprint, store)),
};

const saving = new Map<Job, ReturnType<typeof setTimeout>>();

/** Keeps an upload's receipts, soon. */
export function saveSoon(job: Job): void {
  if (!job.fingerprint || saving.has(job)) return;
  saving.set(
    job,
    setTimeout(() => save(job), SAVE_MS),
  );
}

/** Keeps now what was to be kept soon: the page goes away. */
export function flushJournal(): void {
  for (const job of saving.keys()) save(job);
}

function save(job: Job): void {
  clearTimeout(saving.get(job));
  saving.delete(job);
  const { id, fingerprint, parts } = job;
  if (fingerprint && parts) void journal.save(fingerprint, { id, parts: parts.receipts });
}
