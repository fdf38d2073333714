import { UploadError } from '../errors.ts';
import { Attempts } from '../faults/attempts.ts';
import { loadSending, type Sending } from '../load-sending.ts';
import { patienceMs } from '../options.ts';
import type { Services } from '../services.ts';
import { lazy } from '../util/lazy.ts';

/** The half of the engine that sends: loaded when it is needed, and made once. */
export class SendingSource {
  readonly #services: Services;
  loaded: Sending | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Requests to the store that may be in flight; one until that is known. */
  get limit(): number {
    return this.loaded?.limit ?? 1;
  }

  /** @throws TypeError if it cannot be loaded; then it can be tried again. */
  readonly get = lazy(async () => (this.loaded = await loadSending(this.#services)));

  /**
   * Tries to load it until patience ends.
   *
   * @throws UploadError `signer_unreachable`; the reason of `signal` once it is aborted.
   */
  async getEventually(signal: AbortSignal): Promise<Sending> {
    const { options, backoff } = this.#services;
    const attempts = new Attempts();
    for (;;) {
      try {
        return await this.get();
      } catch (cause) {
        signal.throwIfAborted();
        const verdict = attempts.judge({ kind: 'no-answer' }, patienceMs(options, false));
        if (!('delayMs' in verdict)) {
          const message = 'Could not load the upload code. Reload the page.';
          throw new UploadError('signer_unreachable', message, { retryable: true, cause });
        }
        await backoff.wait(verdict, signal);
        signal.throwIfAborted();
      }
    }
  }

  close(): void {
    this.loaded?.close();
  }
}
