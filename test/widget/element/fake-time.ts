export interface FakeTime {
  /** Lets time pass, and does what is due meanwhile. */
  advance(ms: number): void;
  restore(): void;
}

/** Puts a clock that stands still in the place of the page's; `until` of `page.ts` needs the real one. */
export function fakeTime(): FakeTime {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const realNow = performance.now;
  const timers = new Map<number, { readonly dueMs: number; readonly act: () => void }>();
  let nowMs = realNow.call(performance);
  let last = 0;
  Object.assign(globalThis, {
    setTimeout: (act: () => void, delayMs = 0) => {
      timers.set((last += 1), { dueMs: nowMs + delayMs, act });
      return last;
    },
    clearTimeout: (id: number) => timers.delete(id),
  });
  performance.now = () => nowMs;
  return {
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter(([, { dueMs }]) => dueMs <= endMs);
        const [next] = due.toSorted(([, a], [, b]) => a.dueMs - b.dueMs);
        if (!next) break;
        const [id, { dueMs, act }] = next;
        timers.delete(id);
        nowMs = Math.max(nowMs, dueMs);
        act();
      }
      nowMs = endMs;
    },
    restore() {
      Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
      performance.now = realNow;
    },
  };
}
