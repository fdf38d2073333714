/** What the page is asked for while uploads run. All of it is missing in a worker. */

export interface PageGuardOptions {
  /** The network is back. */
  readonly onOnline: () => void;
  readonly isWakeLockWanted: () => boolean;
}

/** Keeps the screen on, and asks before the page is left, while uploads run. */
export class PageGuard {
  readonly #options: PageGuardOptions;
  readonly #listening = new AbortController();
  #isBusy = false;
  #wakeLock: Promise<WakeLockSentinel | undefined> | undefined;

  constructor(options: PageGuardOptions) {
    this.#options = options;
    const { signal } = this.#listening;
    globalThis.addEventListener?.('online', () => options.onOnline(), { signal });
    // The browser releases the lock when the page is hidden.
    globalThis.document?.addEventListener('visibilitychange', () => this.#stayAwake(), { signal });
  }

  /** Uploads have begun, or the last one is over. */
  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    if (isBusy) globalThis.addEventListener?.('beforeunload', warn);
    else globalThis.removeEventListener?.('beforeunload', warn);
    this.#stayAwake();
  }

  close(): void {
    this.#listening.abort();
    this.setBusy(false);
  }

  #stayAwake(): void {
    void this.#wakeLock?.then((lock) => lock?.release());
    this.#wakeLock = undefined;
    const isWanted = this.#isBusy && this.#options.isWakeLockWanted();
    if (!isWanted || globalThis.document?.visibilityState !== 'visible') return;
    // Refused on a low battery, and by a permissions policy.
    this.#wakeLock = navigator.wakeLock?.request('screen').catch(() => undefined);
  }
}

function warn(event: Event): void {
  event.preventDefault();
}
