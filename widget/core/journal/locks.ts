const PREFIX = 's3-upload:';

/** A tab that was closed or reloaded releases its locks a moment after the next page has begun. */
const PATIENCE_MS = 2000;

/**
 * Locks the file of an upload for this tab.
 *
 * @returns a function that releases the lock, or undefined if another tab holds it. If there are no
 *   Web Locks (plain http, a sandboxed frame), every lock is granted.
 */
export function lock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const grant = () => resolve(() => undefined);
    if (!navigator.locks) return grant();
    navigator.locks
      .request(PREFIX + name, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(() => (signal.aborted ? resolve(undefined) : grant()));
  });
}

/** The names that some tab has locked. */
export async function lockedNames(): Promise<ReadonlySet<string>> {
  // Rejects if the page may not use storage.
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return new Set(held.map(({ name = '' }) => name.slice(PREFIX.length)));
}
