/** Batches: each entry in a slot of its own, so that one that is bad does not sink the others. */
import type { Log } from '../log.ts';
import type { Refused } from '../protocol.ts';
import { asProblem } from './as-problem.ts';

/** Does `work` for every entry at once, and answers in the same order. */
export function slotsOf<E, T extends { id: string }>(
  log: Log,
  entries: readonly E[],
  work: (entry: E, index: number) => Promise<T>,
): Promise<(T | Refused)[]> {
  return Promise.all(
    entries.map(async (entry, index) => {
      try {
        return await work(entry, index);
      } catch (thrown) {
        return { id: idOf(entry), problem: asProblem(log, thrown).problem };
      }
    }),
  );
}

function idOf(entry: unknown): string {
  const named = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : '';
  return typeof named === 'string' ? named.slice(0, 64) : '';
}
