/** Which files of tests to run: by a part of their name, or by what has changed. */
import type { Import } from './imports.ts';
import { dependentsOf } from './imports.ts';

/** Files of tests that a change reaches. */
export interface Selection {
  /** Those to run, nearest to the change first. */
  readonly chosen: readonly string[];
  /** Those for which there is no time. */
  readonly left: readonly string[];
}

/** Files of tests whose path contains one of the words. */
export function named(words: readonly string[], tests: readonly string[]): readonly string[] {
  return tests.filter((file) => words.some((word) => file.includes(word)));
}

/**
 * Files of tests that import what has changed, directly or not, as many as fit into the time. Those
 * that import it most directly come first; what costs a minute by itself is left to `npm test`.
 *
 * @param seconds how long a file takes.
 */
export function reached(
  changed: readonly string[],
  {
    tests,
    imports,
    seconds,
    budgetSeconds,
  }: {
    readonly tests: readonly string[];
    readonly imports: readonly Pick<Import, 'from' | 'to'>[];
    readonly seconds: (file: string) => number;
    readonly budgetSeconds: number;
  },
): Selection {
  const distances = dependentsOf(changed, imports);
  const candidates = tests
    .filter((file) => distances.has(file))
    .sort(
      (one, other) =>
        (distances.get(one) ?? 0) - (distances.get(other) ?? 0) || seconds(one) - seconds(other),
    );
  const chosen: string[] = [];
  const left: string[] = [];
  let spent = 0;
  for (const file of candidates) {
    const cost = seconds(file);
    if (spent + cost > budgetSeconds) left.push(file);
    else {
      spent += cost;
      chosen.push(file);
    }
  }
  return { chosen, left };
}
