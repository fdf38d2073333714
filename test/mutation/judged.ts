/** Mutants that survive, each with the reason why no test can or should kill it. */

/** A survivor is recognised by its file, the code that it changes and what that becomes. */
export interface Judgement {
  readonly file: string;
  /** The mutated code, its blanks collapsed. */
  readonly code: string;
  /** What Stryker writes in its place, its blanks collapsed; any replacement if it is left out. */
  readonly becomes?: string;
  readonly why: string;
}

export const JUDGED: readonly Judgement[] = [];
