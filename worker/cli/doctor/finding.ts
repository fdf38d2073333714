/** What a check has found, as text and as JSON. */
import type { Step } from '../setup/report.ts';

/**
 * - `pass`: it works.
 * - `warn`: uploads work, but something should be different.
 * - `fail`: uploads do not work, or are not safe.
 */
export type Level = 'pass' | 'warn' | 'fail';

/** One thing that was checked. */
export interface Finding {
  readonly level: Level;
  /** What it is about, such as `clock`. */
  readonly what: string;
  readonly detail: string;
  /** The one thing to do. */
  readonly advice?: string | undefined;
}

/** Receives findings as they come. */
export type Note = (finding: Finding) => void;

export function pass(what: string, detail: string): Finding {
  return { level: 'pass', what, detail };
}

export function warn(what: string, detail: string, advice: string): Finding {
  return { level: 'warn', what, detail, advice };
}

export function fail(what: string, detail: string, advice: string): Finding {
  return { level: 'fail', what, detail, advice };
}

/** A step of `setup`, which changes nothing here, as a finding. */
export function findingOf({ status, what, detail, advice }: Step): Finding {
  return { level: status === 'failed' ? 'fail' : 'pass', what, detail, advice };
}

/** One line, and below it the advice, if there is any. */
export function lineOf({ level, what, detail, advice }: Finding): string {
  const line = `${level}  ${what}: ${detail}\n`;
  return advice === undefined ? line : `${line}      -> ${advice}\n`;
}
