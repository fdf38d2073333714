/** Uploads of an earlier visit that have not been continued yet. */
import { listOpenUploads } from '../api/calls.ts';
import { abortUpload, resumeUpload } from '../api/upload-calls.ts';
import type { Services } from '../services.ts';
import type { Interrupted, Unfinished } from '../types.ts';
import { isSettled } from '../faults/worker-error.ts';
import type { Elsewhere } from './elsewhere.ts';
import { deleteEntry, readEntries, writeEntry, type JournalEntry } from './entries.ts';
import { lock, lockedNames } from './locks.ts';

/**
 * Reads the journal. The Worker is asked who is calling, because people may share a browser; but only
 * if the journal holds something. An upload that some tab works on, this one included, is not
 * interrupted: such uploads are locked, except those that this tab has only just added (`own`, by id).
 * Uploads that were cancelled, and not aborted by then, are handed to `forget`. Those that were begun
 * elsewhere come last, if the page wants them.
 */
export async function findInterrupted(
  services: Services,
  elsewhere: Elsewhere,
  own: Pick<ReadonlyMap<string, unknown>, 'has'>,
  forget: (id: string) => unknown,
): Promise<readonly Interrupted[]> {
  const { options, worker } = services;
  if (options.resume === false) return [];
  const [entries, locked] = await Promise.all([readEntries(), lockedNames()]);
  const candidates = [...entries].filter(
    ([key, { id, place, isCancelled }]) =>
      key.startsWith(`${worker.endpoint}\n`) &&
      (isCancelled || place === options.place) &&
      !locked.has(key) &&
      !own.has(id),
  );
  const caller = candidates.length > 0 ? await services.callerKey() : undefined;
  const here = candidates
    .filter(([key, { id, isCancelled }]) => {
      const isCallers = caller !== undefined && key.startsWith(caller);
      if (isCallers && isCancelled) forget(id);
      return isCallers && !isCancelled;
    })
    .map(([, { id, name, bytes, lastModified, path, handle, expiresAt, parts }]) => {
      const stored = storedOf(parts);
      return Object.freeze({ id, name, bytes, lastModified, path, handle, expiresAt, stored });
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const others = await elsewhere.list();
  return [
    ...here,
    ...others
      .filter(({ id }) => !own.has(id))
      .map(({ id, name, bytes, path, stored }) =>
        Object.freeze({ id, name, bytes, path, stored, isElsewhere: true }),
      ),
  ];
}

/** What the receipts that this browser has kept say; undefined if it has none. */
function storedOf(parts: JournalEntry['parts'] = []): Interrupted['stored'] {
  if (parts.length === 0) return undefined;
  return { parts: parts.length, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The caller's unfinished uploads, from any device, with the file handles of this one. */
export async function findUnfinished({ worker }: Services): Promise<readonly Unfinished[]> {
  const [uploads, entries] = await Promise.all([listOpenUploads(worker), readEntries()]);
  const handles = new Map([...entries.values()].map(({ id, handle }) => [id, handle]));
  return uploads.map((upload) => ({ ...upload, handle: handles.get(upload.id) }));
}

/** Forgets interrupted uploads. */
export class Forgetter {
  readonly #services: Services;
  readonly #elsewhere: Elsewhere;
  /** One read of the journal for all uploads that are forgotten at once. */
  #entries: ReturnType<typeof readEntries> | undefined;

  constructor(services: Services, elsewhere: Elsewhere) {
    this.#services = services;
    this.#elsewhere = elsewhere;
  }

  /**
   * Aborts the upload on the store, and deletes the entry, unless some tab works on it. If the Worker
   * cannot be asked, the next visit asks it. Never rejects.
   */
  async forget(id: string): Promise<void> {
    const { worker } = this.#services;
    if ((await this.#elsewhere.list()).some((upload) => upload.id === id)) {
      return this.#forgetElsewhere(id);
    }
    this.#entries ??= readEntries().finally(() => (this.#entries = undefined));
    const [key, entry] = [...(await this.#entries)].find(([, found]) => found.id === id) ?? [];
    const unlock = key === undefined ? undefined : await lock(key);
    if (key === undefined || !unlock || !entry) return;
    try {
      await writeEntry(key, { ...entry, isCancelled: true });
      const { token, result } = await resumeUpload(worker, entry, undefined, true);
      // A complete upload, whose answer had been lost, is kept.
      if (!result) await abortUpload(worker, { id, token });
      await deleteEntry(key);
    } catch (error) {
      if (isSettled(error)) await deleteEntry(key);
    } finally {
      unlock();
    }
  }

  /** There is no entry to keep: if the Worker cannot be asked, the upload is listed again later. */
  async #forgetElsewhere(id: string): Promise<void> {
    const { worker } = this.#services;
    this.#elsewhere.forget(id);
    try {
      const { token, result } = await resumeUpload(worker, { id }, undefined, true);
      if (!result) await abortUpload(worker, { id, token });
    } catch {
      // It has ended, or the Worker is away.
    }
  }
}
