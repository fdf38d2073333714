/** Fake timers and a fake monotonic clock, for what is about time alone. */
export interface FakeClock {
  /** Lets time pass; timers run as they come due. */
  pass(ms: number): void;
  /** Time passes and no timer runs until its end: a sleeping tab. */
  sleep(ms: number): void;
  restore(): void;
}

export function fakeClock(): FakeClock {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  let nowMs = 1000;
  let last = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const spy = performance.now.bind(performance);
  performance.now = () => nowMs;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms = 0) => {
      timers.set(++last, { at: nowMs + ms, run });
      return last;
    },
    clearTimeout: (id: number) => timers.delete(id),
  });
  const due = (until: number) =>
    [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
  const run = (until: number, moves: boolean) => {
    for (let timer = due(until); timer; timer = due(until)) {
      timers.delete(timer[0]);
      if (moves) nowMs = timer[1].at;
      timer[1].run();
    }
    nowMs = until;
  };
  return {
    pass: (ms) => run(nowMs + ms, true),
    sleep: (ms) => {
      nowMs += ms;
      // What came due meanwhile runs once, now; what it sets anew does not.
      for (const [id, { at, run }] of timers) {
        if (at > nowMs) continue;
        timers.delete(id);
        run();
      }
    },
    restore: () => {
      performance.now = spy;
      Object.assign(globalThis, real);
    },
  };
}
