/** Things that are to be done once, however often and however close together they are asked for. */

/** Does `work` unless it has been done under this name. Rejects as `work` does, and may be asked again. */
export type RunOnce = (name: string, work: () => Promise<void>) => Promise<void>;

const REMEMBERED = 1000;
const LOOK_AGAIN_MS = 20;
/** A request that was doing it may have been ended with its client, and says nothing more. */
const GIVEN_UP_MS = 30_000;

/**
 * Remembers the last thousand names for as long as the isolate lives. Who asks while the work is
 * being done waits by looking: a promise belongs to the request that made it, and workerd lets no
 * other await it (https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request).
 *
 * @param now milliseconds since the epoch.
 */
export function createRunOnce(now: () => number): RunOnce {
  /** When the work began; or that it is done. */
  const names = new Map<string, number | 'done'>();

  return async (name, work) => {
    while (isBusy(names.get(name))) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    if (names.get(name) === 'done') return;
    names.set(name, now());
    try {
      await work();
      names.set(name, 'done');
    } catch (error) {
      names.delete(name);
      throw error;
    }
    const [oldest] = names.keys();
    if (names.size > REMEMBERED && oldest !== undefined) names.delete(oldest);
  };

  function isBusy(state: number | 'done' | undefined): boolean {
    return typeof state === 'number' && now() - state < GIVEN_UP_MS;
  }
}
