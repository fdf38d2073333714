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

/** Whether a file of tests belongs to `npm run test:scale`: minutes, whatever has changed. */
export function isOfScale(file: string): boolean {
  return /^test\/(worker|widget)\/.*(scale|counts|three-days)/.test(file);
}

/** Whether `npm test` leaves a file of tests to CI. */
export function isLeftToCI(file: string): boolean {
  return isOfScale(file) || THOROUGH.includes(file) || SLOW.includes(file);
}

/** Files with large matrices, of which `npm run test:thorough` tries all. */
export const THOROUGH: readonly string[] = [
  'test/e2e/early-refusals.test.ts',
  'test/e2e/large-file.test.ts',
  'test/worker/chunked/tus-js-client.test.ts',
];

/**
 * Of the others those that take longest, by `dist/test-times/`: a sixth of all files, which take two
 * thirds of the time. `npm run test:slow` runs them.
 */
export const SLOW: readonly string[] = [
  'test/docs/backends.test.ts',
  'test/docs/code.test.ts',
  'test/docs/from.test.ts',
  'test/docs/package.test.ts',
  'test/docs/site.test.ts',
  'test/docs/types.test.ts',
  'test/e2e/foreign-page.test.ts',
  'test/e2e/interrupted.test.ts',
  'test/e2e/odd-files.test.ts',
  'test/e2e/offers.test.ts',
  'test/e2e/other-device.test.ts',
  'test/e2e/store-outage.test.ts',
  'test/e2e/uppy.test.ts',
  'test/widget/core/checksum/algorithms.test.ts',
  'test/widget/core/faults.test.ts',
  'test/widget/core/in-between.test.ts',
  'test/widget/core/interrupted.test.ts',
  'test/widget/core/moving.test.ts',
  'test/widget/core/remember.test.ts',
  'test/widget/core/stuck.test.ts',
  'test/widget/core/times.test.ts',
  'test/worker/auth/providers.test.ts',
  'test/worker/chunked/chunks.test.ts',
  'test/worker/chunked/refusals.test.ts',
  'test/worker/chunked/resumable.test.ts',
  'test/worker/chunked/transcripts.test.ts',
  'test/worker/chunked/tus.test.ts',
  'test/worker/cli/development.test.ts',
  'test/worker/cli/findings.test.ts',
  'test/worker/cli/store-faults.test.ts',
  'test/worker/companion/policy.test.ts',
  'test/worker/hostile.test.ts',
  'test/worker/limits.test.ts',
  'test/worker/moving.test.ts',
  'test/worker/names.test.ts',
  'test/worker/node/kv.test.ts',
  'test/worker/node/serve.test.ts',
  'test/worker/node/two-processes.test.ts',
  'test/worker/verifying.test.ts',
  'test/worker/whole-checksums.test.ts',
];

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

/** What a file of tests starts, by what it imports, with the seconds that this takes; the slowest first. */
const STARTS: readonly (readonly [file: string, seconds: number])[] = [
  ['test/e2e/product.ts', 20],
  ['test/widget/core/fake/client.ts', 8],
  ['test/worker/harness.ts', 5],
  ['test/worker/s3/stores.ts', 3],
];
const SECONDS_OF_OTHERS = 1;

/** How long a file takes that has not been run here yet. */
export function guessedSeconds(
  imports: readonly Pick<Import, 'from' | 'to'>[],
): (file: string) => number {
  const starts = STARTS.map(
    ([started, seconds]) => [dependentsOf([started], imports), seconds] as const,
  );
  return (file) => starts.find(([dependents]) => dependents.has(file))?.[1] ?? SECONDS_OF_OTHERS;
}
