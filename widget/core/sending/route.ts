import type { SignedRequest } from '../../../worker/protocol.ts';
import { isCorsMissing } from '../store/cors-probe.ts';
import type { Outcome } from '../store/outcome.ts';
import type { Reports } from '../api/report.ts';
import { corsError, fullError, mixedContentError } from '../faults/store-error.ts';
import { tellDeveloper } from '../faults/tell-developer.ts';
import type { Verdict } from '../faults/verdict.ts';
import type { Services } from '../services.ts';

/** After this many requests in a row without an answer of the store, the Worker is asked for one. */
const SILENT_REQUESTS = 2;
/** How often a part tries the store again: parts through the Worker are slower and cost more. */
const TRIAL_MS = 300_000;
/** A store that has not answered after this many faults may be silent to this page only. */
const SILENT_FAULTS = 3;
/** The rule is missing if it is still missing after this time: until then it may be an outage. */
const CORS_SETTLED_MS = 500;
/** How long a store that is full is not sent anything, so that other files do not try in vain. */
const FULL_MS = 5000;

/**
 * The way that parts take: to the store, or through the Worker if the page cannot reach the store
 * (its CORS rule, or a firewall). It is the same for all files, because they share the store.
 */
export class Route {
  readonly #services: Pick<Services, 'policy' | 'worker' | 'backoff'>;
  readonly #reports: Pick<Reports, 'send'>;
  #fullSinceMs: number | undefined;
  /** When parts began to go through the Worker; undefined while they go to the store. */
  #relayedSinceMs: number | undefined;
  /** When the Worker answered while the store did not. */
  #workerSeenMs: number | undefined;
  /** True once the store has answered, even if with an error. */
  wasStoreReached = false;
  /** True once the page could read an answer at the store's address, or a preflight was granted. */
  isCorsRight = false;

  constructor(
    services: Pick<Services, 'policy' | 'worker' | 'backoff'>,
    reports: Pick<Reports, 'send'>,
  ) {
    this.#services = services;
    this.#reports = reports;
  }

  /**
   * Lets the Worker take over if browsers send nothing from this page to the address of the store.
   *
   * @throws UploadError `misconfigured` if the Worker does not offer that.
   */
  assertSecure(): void {
    const { policy } = this.#services;
    const error = (policy?.origins ?? []).map((origin) => mixedContentError(origin)).find(Boolean);
    if (!error) return;
    tellDeveloper(error);
    void this.#reports.send({ status: 0, code: 'MixedContent' });
    if (!policy?.relay) throw error;
    this.#relayedSinceMs ??= performance.now();
  }

  noteFull(): void {
    this.#fullSinceMs = performance.now();
  }

  /** @throws UploadError `store_full` if the store had no room a moment ago. */
  assertNotFull(): void {
    if (this.#fullSinceMs === undefined || performance.now() - this.#fullSinceMs > FULL_MS) return;
    throw fullError();
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
   * Checks for a missing CORS rule, if no request to the store has shown for long enough that there is
   * one. It is told even if files get through without it: by a form, whose answer cannot be read, or
   * through the Worker.
   *
   * @throws UploadError `cors`.
   */
  async assertCors(
    verdict: Verdict,
    outcome: Outcome,
    faults: number,
    request: SignedRequest,
  ): Promise<void> {
    if (outcome.kind !== 'no-answer' || this.wasStoreReached || this.isCorsRight) return;
    const isLast = verdict.do === 'fail';
    const isAround = this.isRelayOn || request.method === 'POST';
    // Before that the Worker is asked what is stored: answers that are lost look the same from here.
    if (!isLast && faults < SILENT_FAULTS + (isAround ? 0 : 1)) return;
    const isMissing = () => isCorsMissing(request.method, request.url);
    if (!(await isMissing())) return;
    if (!isLast && !isAround) {
      await new Promise((resolve) => setTimeout(resolve, CORS_SETTLED_MS));
      if (!(await isMissing())) return;
    }
    const error = corsError(request);
    tellDeveloper(error);
    void this.#reports.send({ status: 0 });
    if (!isAround) throw error;
  }
}
