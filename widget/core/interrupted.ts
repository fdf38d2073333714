/** Uploads of an earlier visit that have not been gone on with yet. */
import type { Engine } from './engine.ts';
import { erase, recallAll } from './journal.ts';
import { claim, claimed } from './locks.ts';
import { resume } from './resume.ts';
import type { Interrupted } from './types.ts';

/**
 * Asks nobody but the journal. What some tab is at, this one included, is not interrupted: such
 * uploads hold their locks, but for those that this tab has only just taken in (`own`, by id).
 */
export async function interrupted(
  { options, signer }: Engine,
  own: Pick<ReadonlyMap<string, unknown>, 'has'>,
): Promise<readonly Interrupted[]> {
  if (options.resume === false) return [];
  const [entries, busy] = await Promise.all([recallAll(), claimed()]);
  return [...entries]
    .filter(
      ([key, { id, place }]) =>
        key.startsWith(`${signer.endpoint}\n`) &&
        place === options.place &&
        !busy.has(key) &&
        !own.has(id),
    )
    .map(([, { parts: _parts, place: _place, isSingle: _isSingle, token: _token, ...upload }]) =>
      Object.freeze(upload),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** One look for all that are forgotten at once. */
let looking: ReturnType<typeof recallAll> | undefined;

/** Erases it, and aborts it on the store; not where some tab is at it. Never rejects. */
export async function forget({ signer }: Engine, id: string): Promise<void> {
  looking ??= recallAll().finally(() => (looking = undefined));
  const [key, entry] = [...(await looking)].find(([, { id: known }]) => known === id) ?? [];
  const unlock = key && (await claim(key));
  if (!unlock || !entry) return;
  try {
    // First, for the Worker may not be there: what is open expires.
    await erase(key);
    // The Worker knows nothing of it before it is complete.
    if (entry.isSingle) return;
    const { token, result } = await resume(signer, entry);
    // Complete, only nobody had heard of it: then it is no longer this engine's to take away.
    if (!result) await signer.call(`/uploads/${id}`, { method: 'DELETE', token });
  } catch {
    // The Worker does not know it, or is not there.
  } finally {
    unlock();
  }
}
