/** What a command did, step by step, as text and as JSON. */

/**
 * - `done`: something was changed, or a check passed.
 * - `kept`: it was as it should be already, or cannot be changed here.
 * - `planned`: a dry run would change it.
 * - `skipped`: it cannot be done here, and uploads work without it; see `advice`.
 * - `failed`: see `advice`.
 */
export type Status = 'done' | 'kept' | 'planned' | 'skipped' | 'failed';

/** One thing that a command did or checked. */
export interface Step {
  readonly status: Status;
  /** What it is about, such as `CORS rules`. */
  readonly what: string;
  readonly detail: string;
  /** The one thing to do. */
  readonly advice?: string | undefined;
}

/** Of the longest status. */
const WIDTH = ('planned' satisfies Status).length;

/** One line, and below it the advice, if there is any. */
export function lineOf({ status, what, detail, advice }: Step): string {
  const line = `${status.padEnd(WIDTH)}  ${what}: ${detail}`;
  return advice === undefined ? `${line}\n` : `${line}\n${' '.repeat(WIDTH)}  -> ${advice}\n`;
}

/** Whether none has failed. */
export function isOk(steps: readonly Step[]): boolean {
  return steps.every(({ status }) => status !== 'failed');
}
