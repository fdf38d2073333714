const PREFIX = 's3-upload:';

/** A tab that has just been closed, or reloaded, lets go a moment after the next one has begun. */
const PATIENCE_MS = 2000;

/**
 * Claims an upload for this tab.
 *
 * @returns a function that lets go of it, or undefined where another tab is at it. Where there are
 *   no Web Locks (plain http, a sandboxed frame), everything is granted.
 */
export function claim(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const grant = () => resolve(() => undefined);
    if (!navigator.locks) return grant();
    navigator.locks
      .request(PREFIX + name, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(() => (signal.aborted ? resolve(undefined) : grant()));
  });
}

/** The names that some tab has claimed. */
export async function claimed(): Promise<ReadonlySet<string>> {
  // Rejects where the page has no storage either.
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return new Set(held.map(({ name = '' }) => name.slice(PREFIX.length)));
}
