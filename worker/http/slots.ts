/** Batches: each entry has its own slot, so that a bad entry does not fail the others. */
import type { SignerContext } from '../context.ts';
import type { Refused } from '../protocol.ts';
import { asProblem, lineOf } from './as-problem.ts';

/**
 * Does `work` for all entries in parallel. The answers are in the order of the entries. The line of
 * the request says how many were refused with which code, and why one of them was.
 */
export function slotsOf<E, T extends { id: string }>(
  c: SignerContext,
  entries: readonly E[],
  work: (entry: E, index: number) => Promise<T>,
): Promise<(T | Refused)[]> {
  const refused: Record<string, number> = {};
  return Promise.all(
    entries.map(async (entry, index) => {
      try {
        return await work(entry, index);
      } catch (thrown) {
        const error = asProblem(c.get('log'), thrown);
        refused[error.code] = (refused[error.code] ?? 0) + 1;
        const line = c.get('line');
        line['refused'] = refused;
        // What the operator has to mend is not covered up by another refusal.
        if (line['detail'] === undefined) Object.assign(line, lineOf(error));
        return { id: idOf(entry), problem: error.problem };
      }
    }),
  );
}

/** The id of an entry that may be anything; empty if it has none. */
export function idOf(entry: unknown): string {
  const named = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : '';
  return typeof named === 'string' ? named.slice(0, 64) : '';
}
