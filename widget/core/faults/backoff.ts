import type { Verdict } from './verdict.ts';

/** A verdict that says how long to wait before it is carried out. */
export type DelayedVerdict = Extract<Verdict, { delayMs: number }>;

/** The delays between attempts. All of them end early when the line is back or the user retries. */
export class Backoff {
  readonly #wakers = new Set<() => void>();

  /**
   * Waits as the verdict says. A delay that a server has asked for (`Retry-After`) ends only when it is
   * over, any other also at `wake()`; both end when `signal` is aborted. Never rejects.
   */
  wait(verdict: DelayedVerdict, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, signal.aborted ? 0 : backoffMs(verdict));
      if (!('isLeast' in verdict)) this.#wakers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /** Ends all delays now that no server has asked for. */
  wake(): void {
    for (const wake of this.#wakers) wake();
  }
}

/** The delay in milliseconds: a random share, so that a thousand pages do not come back at once. */
export function backoffMs(verdict: DelayedVerdict): number {
  const { do: what, delayMs } = verdict;
  const share = Math.random();
  if ('isLeast' in verdict && verdict.isLeast) return delayMs * (1 + share / 10);
  return what === 'wait' ? delayMs : delayMs * share;
}
