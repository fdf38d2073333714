import type { Totals } from '../../core/index.ts';

/** Why a control is invalid: the id of the message that explains it. */
export type Invalidity = 'busy' | 'held' | 'unfinished' | 'required';

/** What the validity of the control depends on. */
export interface ValidityInput {
  readonly totals: Totals;
  readonly required: boolean;
  /** The form needs at least this many finished uploads. */
  readonly minFiles: number | undefined;
  /** True if all uploads wait for `start()`. */
  readonly isWaitingForStart: boolean;
}

/** The flags of a control, and what to tell the user; `reason` is undefined if it is valid. */
export interface Verdict {
  readonly flags: ValidityStateFlags;
  readonly reason?: Invalidity;
  /** Fills in the message: how many files are needed. */
  readonly n: number;
}

/**
 * Judges the uploads of a control. A form that is sent while an upload runs, is paused or has failed
 * would lose that file without a word, so all of these make the control invalid.
 */
export function judgeUploads(input: ValidityInput): Verdict {
  const { totals, required, minFiles = 0, isWaitingForStart } = input;
  const n = Math.max(minFiles, Number(required));
  const flags = { customError: true };
  if (totals.active > 0) return { flags, reason: isWaitingForStart ? 'held' : 'busy', n };
  if (totals.paused + totals.failed > 0) return { flags, reason: 'unfinished', n };
  if (totals.done >= n) return { flags: {}, n };
  return {
    flags: n > 1 ? { rangeUnderflow: true } : { valueMissing: true },
    reason: 'required',
    n,
  };
}
