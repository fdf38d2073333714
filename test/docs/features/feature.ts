/** The shape of a feature, and of the answer whether it is here. */
import type { Citation } from '../promises/row.ts';

/** “n/a”: outside of what this project is for. */
export type Answer = 'yes' | 'partly' | 'no' | 'n/a';

export interface Feature {
  /** What it is, in a few words. */
  readonly feature: string;
  readonly answer: Answer;
  /** Needed for “yes”. */
  readonly tests?: readonly Citation[];
  /** How it is done, or what is missing; needed for every other answer. */
  readonly note?: string;
}
