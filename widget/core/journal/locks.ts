const PREFIX = 's3-upload:';

/** A tab that was closed or reloaded releases its locks a moment after the next page has begun. */
const PATIENCE_MS = 2000;

/**
 * Locks the file of an upload for this tab. A tab that the browser freezes lets go of it, because it may
 * never run again; one that runs again takes it back, unless another tab has it by then.
 *
 * @returns a function that releases the lock, or undefined if another tab holds it. If there are no
 *   Web Locks (plain http, a sandboxed frame), every lock is granted.
 */
export function lock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    const grant = () => resolve(() => undefined);
    if (!navigator.locks) return grant();
    const released = new AbortController();
    const { signal } = released;
    const page = globalThis.document;
    const hold = (options: LockOptions) =>
      navigator.locks.request(PREFIX + name, options, (held) => {
        if (!held) return;
        resolve(() => released.abort());
        return new Promise<void>((release) => {
          signal.addEventListener('abort', () => release());
          page?.addEventListener('freeze', () => release(), { once: true, signal });
        });
      });
    // https://wicg.github.io/page-lifecycle/
    page?.addEventListener('resume', () => void hold({ ifAvailable: true }), { signal });
    hold({ signal: timeout }).catch(() => {
      released.abort();
      if (timeout.aborted) resolve(undefined);
      else grant();
    });
  });
}

/** The names that some tab has locked. */
export async function lockedNames(): Promise<ReadonlySet<string>> {
  // Rejects if the page may not use storage.
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return new Set(held.map(({ name = '' }) => name.slice(PREFIX.length)));
}
