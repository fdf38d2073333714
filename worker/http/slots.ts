/** Batches: each entry has its own slot, so that a bad entry does not fail the others. */
import type { Log } from '../util/log.ts';
import type { Refused } from '../protocol.ts';
import { asProblem } from './as-problem.ts';

/** Does `work` for all entries in parallel. The answers are in the order of the entries. */
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
