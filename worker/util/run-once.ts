/** Things that are to be done once, however often and however close together they are asked for. */

/**
 * Does `work` unless it has been done under this name, and gives what it gave then. Rejects as `work`
 * does, and may be asked again.
 */
export type RunOnce<T> = (name: string, work: () => Promise<T>) => Promise<T>;

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
export function createRunOnce<T>(now: () => number): RunOnce<T> {
  /** When the work began, or what it gave. */
  const names = new Map<string, number | { readonly given: T }>();

  return async (name, work) => {
    while (isBusy(names.get(name))) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    const done = names.get(name);
    if (typeof done === 'object') return done.given;
    names.set(name, now());
    let given: T;
    try {
      given = await work();
      names.set(name, { given });
    } catch (error) {
      names.delete(name);
      throw error;
    }
    const [oldest] = names.keys();
    if (names.size > REMEMBERED && oldest !== undefined) names.delete(oldest);
    return given;
  };

  function isBusy(state: number | object | undefined): boolean {
    return typeof state === 'number' && now() - state < GIVEN_UP_MS;
  }
}
