/** Waits between attempts. All can be cut short at once: the line is back, or the user is impatient. */
export class Naps {
  readonly #wakers = new Set<() => void>();

  /** Settles after `ms`, at `wake()`, or when `signal` is aborted; never rejects. */
  take(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, signal.aborted ? 0 : ms);
      this.#wakers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  wake(): void {
    for (const wake of this.#wakers) wake();
  }
}
