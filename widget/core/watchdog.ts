/** Looks this often in one term of patience. */
const LOOKS = 5;

export interface Watchdog {
  /** Something moved. */
  touch(): void;
  /** Grants this much more than the usual term from now on, in milliseconds. */
  extend(ms: number): void;
  stop(): void;
}

/**
 * Calls `onStall` once nothing has moved for `stallMs`. It counts its own looks, not time: a tab
 * whose timers slept for an hour has looked once, so it wakes up with all its patience. One late
 * look is a nap and does not count; late looks in a row are a throttled background tab, and do.
 */
export function watch(stallMs: number, onStall: () => void): Watchdog {
  const periodMs = stallMs / LOOKS;
  let patience = LOOKS + 1;
  let quiet = 0;
  let wasLate = false;
  let lookedAt = performance.now();
  const look = () => {
    const isLate = performance.now() - lookedAt > 2 * periodMs;
    if (!isLate || wasLate) quiet++;
    wasLate = isLate;
    lookedAt = performance.now();
    if (quiet < patience) timer = setTimeout(look, periodMs);
    else onStall();
  };
  let timer = setTimeout(look, periodMs);
  return {
    touch: () => (quiet = 0),
    extend: (ms) => (patience += Math.ceil(ms / periodMs)),
    stop: () => clearTimeout(timer),
  };
}
