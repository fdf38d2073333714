/** What the page around is asked for while uploads run. All of it is missing in a worker. */
import type { Engine } from './engine.ts';

export class Guard {
  readonly #engine: Engine;
  readonly #listening = new AbortController();
  #isBusy = false;
  #wakeLock: Promise<WakeLockSentinel | undefined> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    const { signal } = this.#listening;
    globalThis.addEventListener?.('online', () => engine.naps.wake(), { signal });
    // The browser takes the lock away from hidden pages.
    globalThis.document?.addEventListener('visibilitychange', () => this.#stayAwake(), { signal });
  }

  /** Uploads have begun, or the last one is over. */
  busy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    if (isBusy) globalThis.addEventListener?.('beforeunload', warn);
    else globalThis.removeEventListener?.('beforeunload', warn);
    this.#stayAwake();
  }

  close(): void {
    this.#listening.abort();
    this.busy(false);
  }

  #stayAwake(): void {
    void this.#wakeLock?.then((lock) => lock?.release());
    this.#wakeLock = undefined;
    const isWanted = this.#isBusy && this.#engine.options.wakeLock !== false;
    if (!isWanted || globalThis.document?.visibilityState !== 'visible') return;
    // Refused on a low battery, and where a permissions policy says so.
    this.#wakeLock = navigator.wakeLock?.request('screen').catch(() => undefined);
  }
}

function warn(event: Event): void {
  event.preventDefault();
}
