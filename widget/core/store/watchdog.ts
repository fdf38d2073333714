/** Checks during one term of `stallMs`. */
const CHECKS = 5;

export interface Watchdog {
  /** Reports that bytes moved. */
  touch(): void;
  /** Makes the term longer from now on, in milliseconds. */
  extend(ms: number): void;
  stop(): void;
}

/**
 * Calls `onStall` once nothing has moved for `stallMs`. It counts its own checks and not time: a tab
 * whose timers slept for an hour has made one check, so it still has its whole term when it wakes up.
 * One late check means that the tab slept, and does not count; late checks in a row mean a throttled
 * background tab, and do.
 */
export function watch(stallMs: number, onStall: () => void): Watchdog {
  const periodMs = stallMs / CHECKS;
  let term = CHECKS + 1;
  let quietChecks = 0;
  let wasLate = false;
  let checkedAt = performance.now();
  const check = () => {
    const isLate = performance.now() - checkedAt > 2 * periodMs;
    if (!isLate || wasLate) quietChecks++;
    wasLate = isLate;
    checkedAt = performance.now();
    if (quietChecks < term) timer = setTimeout(check, periodMs);
    else onStall();
  };
  let timer = setTimeout(check, periodMs);
  return {
    touch: () => (quietChecks = 0),
    extend: (ms) => (term += Math.ceil(ms / periodMs)),
    stop: () => clearTimeout(timer),
  };
}
