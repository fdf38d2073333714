/**
 * The clock of a page: it runs faster than the world's, and stands still while `hold` is at work, so
 * that how long a busy machine takes for something does not count. Timers go by it.
 */

/** What `setTimeout` gives in Node, as far as anybody here asks it. */
interface Timer {
  readonly run: () => void;
  readonly everyMs: number | undefined;
  dueMs: number;
  ref(): Timer;
  unref(): Timer;
  hasRef(): boolean;
  refresh(): Timer;
}

type Act = (...rest: readonly unknown[]) => void;

const real = {
  now: performance.now.bind(performance),
  setTimeout: globalThis.setTimeout,
  setImmediate: globalThis.setImmediate,
};

/** Of the world: what takes longer than this was waited for, and does not count. */
const LONGEST_STEP_MS = 10;

let speed = 1;
let nowMs = real.now();
let holds = 0;
let isRunning = false;
const timers = new Set<Timer>();

/** What the page's clock says, in milliseconds. */
export const pageNow = (): number => nowMs;

/** Puts the clock in the place of the world's. @param seconds of the page in one of the world's */
export function startClock(seconds: number): void {
  speed = seconds;
  performance.now = pageNow;
  Object.assign(globalThis, {
    setTimeout: (act: Act, ms = 0, ...rest: unknown[]) => added(act, rest, ms, false),
    setInterval: (act: Act, ms = 0, ...rest: unknown[]) => added(act, rest, ms, true),
    clearTimeout: clear,
    clearInterval: clear,
  });
  if (!isRunning) void run();
  isRunning = true;
}

/** The clock stands still until `work` is done, and then takes `costMs` for it. */
export async function hold<T>(work: Promise<T>, costMs: number): Promise<T> {
  holds++;
  try {
    return await work;
  } finally {
    holds--;
    await new Promise<void>((resolve) => added(() => resolve(), [], costMs, false));
  }
}

function clear(timer: Timer | undefined): void {
  if (timer) timers.delete(timer);
}

function added(act: Act, rest: readonly unknown[], ms: number, isRepeated: boolean): Timer {
  const timer: Timer = {
    run: () => act(...rest),
    everyMs: isRepeated ? Math.max(ms, 1) : undefined,
    dueMs: nowMs + ms,
    ref: () => timer,
    unref: () => timer,
    hasRef: () => true,
    refresh: () => {
      timer.dueMs = nowMs + ms;
      timers.add(timer);
      return timer;
    },
  };
  timers.add(timer);
  return timer;
}

async function run(): Promise<never> {
  for (let last = real.now(); ;) {
    // Whoever waits for something keeps the process; the clock alone does not.
    await new Promise<void>((resolve) => void real.setTimeout(resolve, 1).unref());
    const step = Math.min(real.now() - last, LONGEST_STEP_MS) * speed;
    last = real.now();
    const until = nowMs + step;
    for (let next = due(until); next && !holds; next = due(until)) {
      nowMs = Math.max(nowMs, next.dueMs);
      if (next.everyMs === undefined) timers.delete(next);
      else next.dueMs = nowMs + next.everyMs;
      next.run();
      // What was waiting for it goes on before the next one is due.
      await new Promise<void>((resolve) => void real.setImmediate(resolve));
    }
    if (!holds) nowMs = until;
  }
}

function due(until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (timer.dueMs <= until && (!first || timer.dueMs < first.dueMs)) first = timer;
  }
  return first;
}
