import type { SignedRequest } from '../../../worker/protocol.ts';
import { isCorsMissing } from '../store/cors-probe.ts';
import type { Outcome } from '../store/outcome.ts';
import { corsError } from '../faults/store-error.ts';
import type { Verdict } from '../faults/verdict.ts';
import type { Services } from '../services.ts';

/** After this many requests in a row without an answer of the store, the Worker is asked for one. */
const SILENT_REQUESTS = 2;
/** How often a part tries the store again: parts through the Worker are slower and cost more. */
const TRIAL_MS = 300_000;
/** A store that has not answered after this many faults may be silent to this page only. */
const SILENT_FAULTS = 5;

/**
 * The way that parts take: to the store, or through the Worker if the page cannot reach the store
 * (its CORS rule, or a firewall). It is the same for all files, because they share the store.
 */
export class Route {
  readonly #services: Pick<Services, 'policy' | 'worker' | 'backoff'>;
  /** When parts began to go through the Worker; undefined while they go to the store. */
  #relayedSinceMs: number | undefined;
  /** When the Worker answered while the store did not. */
  #workerSeenMs: number | undefined;
  /** True once the store has answered, even if with an error. */
  wasStoreReached = false;
  /** True once the page could read an answer at the store's address, or a preflight was granted. */
  isCorsRight = false;

  constructor(services: Pick<Services, 'policy' | 'worker' | 'backoff'>) {
    this.#services = services;
  }

  /** True while parts go through the Worker. */
  get isRelayOn(): boolean {
    return this.#relayedSinceMs !== undefined;
  }

  /** Whether the next part goes through the Worker. Now and then one does not, to try the store again. */
  relaysNext(): boolean {
    if (this.#relayedSinceMs === undefined) return false;
    if (performance.now() - this.#relayedSinceMs < TRIAL_MS) return true;
    this.#relayedSinceMs = performance.now();
    return false;
  }

  /** Sends parts to the store again: it can be reached, or the Worker cannot reach it either. */
  stopRelay(): void {
    this.#relayedSinceMs = this.#workerSeenMs = undefined;
  }

  /** Learns from an attempt through the Worker that failed. */
  noteRelayFailure(outcome: Outcome): void {
    this.#services.worker.refuseBearer(outcome);
    // The store is down: once it is back, the page may reach it.
    if (outcome.kind === 'answered' && outcome.code === 'store_unavailable') this.stopRelay();
  }

  /**
   * Learns that the store has not answered a request. If the Worker answered before that request was
   * sent (at `startedMs`, in the page's time), the line is not to blame, and the Worker takes over.
   */
  async noteStoreSilence(outcome: Outcome, faults: number, startedMs: number, signal: AbortSignal) {
    const { policy, worker, backoff } = this.#services;
    if (this.isRelayOn || !policy?.relay) return;
    if (this.#workerSeenMs !== undefined && this.#workerSeenMs < startedMs) {
      this.#relayedSinceMs = performance.now();
      // Parts that wait for the store go at once.
      backoff.wake();
    } else if (
      (outcome.kind === 'stalled' || faults >= SILENT_REQUESTS) &&
      (await worker.answers(signal))
    ) {
      this.#workerSeenMs = performance.now();
    }
  }

  /**
   * Checks for a missing CORS rule, if no request to the store has shown for long enough that there is one.
   *
   * @throws UploadError `cors`.
   */
  async assertCors(
    verdict: Verdict,
    outcome: Outcome,
    faults: number,
    { method, url }: Pick<SignedRequest, 'method' | 'url'>,
  ): Promise<void> {
    if (outcome.kind !== 'no-answer' || this.isRelayOn) return;
    if (this.wasStoreReached || this.isCorsRight) return;
    if (verdict.do !== 'fail' && faults !== SILENT_FAULTS) return;
    if (await isCorsMissing(method, url)) throw corsError();
  }
}
