import { isOwnAnswer, type Outcome } from '../store/outcome.ts';
import { verdict, type Verdict } from './verdict.ts';

/** The most that counts of the time between two faults: during the rest the page may have been asleep. */
const LONGEST_GAP_MS = 60_000;

/** The failed attempts of one part, or of one call. */
export class Attempts {
  faults = 0;
  refusals = 0;
  mismatches = 0;
  #sinceMs = 0;
  #lastAt: number | undefined;

  /** Adds an outcome that is not a success to the history, and says what it means. */
  judge(outcome: Outcome, patienceMs: number, isFirstContact = false): Verdict {
    const nowMs = performance.now();
    this.#sinceMs += Math.min(LONGEST_GAP_MS, nowMs - (this.#lastAt ?? nowMs));
    this.#lastAt = nowMs;
    const sinceMs = this.#sinceMs;
    const isOnline = navigator.onLine;
    const judged = verdict(outcome, { ...this, sinceMs, patienceMs, isOnline, isFirstContact });
    if (judged.do === 'wait') {
      this.#sinceMs = 0;
      this.#lastAt = undefined;
    } else if (judged.do === 'repair') this.mismatches++;
    else if (judged.do === 'resign' && isOwnAnswer(outcome)) this.refusals++;
    else this.faults++;
    return judged;
  }
}
