/** Parts through the Worker, for a page that cannot reach the store: its CORS rule, or a firewall. */
import type { Problem, RelayAnswer, SignedRequest } from '../../worker/protocol.ts';
import type { Engine } from './engine.ts';
import { problemError, type UploadError } from './errors.ts';
import type { Job } from './job.ts';
import type { Verdict } from './retry.ts';
import type { Outcome } from './transport.ts';

/** Requests in a row that the store did not answer, until the Worker is asked whether it is there. */
const SILENT_REQUESTS = 2;
/** Now and then a part tries the store again: the way through the Worker is the dearer one. */
const TRIAL_MS = 300_000;

/** Which way parts go; the same for all files, for they share the store. Times are of the page. */
export class Relay {
  readonly #engine: Engine;
  /** Since then they go through the Worker; undefined while the store is reached. */
  #sinceMs: number | undefined;
  /** The Worker was there, when the store was not. */
  #seenMs: number | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get isOn(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Whether the next part goes through the Worker; one now and then does not. */
  takesNext(): boolean {
    if (this.#sinceMs === undefined) return false;
    if (performance.now() - this.#sinceMs < TRIAL_MS) return true;
    this.#sinceMs = performance.now();
    return false;
  }

  /** The store can be reached. */
  stop(): void {
    this.#sinceMs = this.#seenMs = undefined;
  }

  /** What the Worker did not do, and why. */
  heard(next: Verdict, outcome: Outcome): void {
    if (next.do === 'resign') this.#engine.signer.refresh();
    // Nor can the Worker reach the store: it is down, and once it is back the page may reach it.
    if (outcome.kind === 'answered' && outcome.code === 'store_unavailable') this.stop();
  }

  /**
   * The store did not answer a request of `startedMs`. If the Worker was there before that, it is
   * not the line, and the Worker takes over.
   */
  async consider(outcome: Outcome, faults: number, startedMs: number, signal: AbortSignal) {
    const { policy, signer, naps } = this.#engine;
    if (this.#sinceMs !== undefined || !policy?.relay) return;
    if (this.#seenMs !== undefined && this.#seenMs < startedMs) {
      this.#sinceMs = performance.now();
      // Parts that wait for the store, too.
      naps.wake();
    } else if (
      (outcome.kind === 'stalled' || faults >= SILENT_REQUESTS) &&
      (await signer.isThere(signal))
    ) {
      this.#seenMs = performance.now();
    }
  }
}

/** Where a part goes that goes through the Worker. */
export function relayUrl({ signer }: Engine, { id }: Job, number: number): string {
  return new URL(`${signer.endpoint}/uploads/${id}/parts/${number}`, location.href).href;
}

/** The request for a part. Made only when it is sent: bearer tokens are short-lived. */
export async function relayRequest(
  engine: Engine,
  job: Job,
  number: number,
  checksum: string | undefined,
): Promise<SignedRequest> {
  const { checksum: algorithm, token } = job;
  const name = algorithm === 'md5' ? 'content-md5' : `x-amz-checksum-${algorithm}`;
  const headers = await engine.signer.headers(token);
  if (checksum !== undefined) headers[name] = checksum;
  return { number, method: 'PUT', url: relayUrl(engine, job, number), headers };
}

/** `restart` and `verify` are what life goes on from; of the rest, the Worker has said what it is. */
export function relayError(next: Verdict, outcome: Outcome): UploadError {
  const said = (outcome.kind === 'answered' ? outcome : {}) as Partial<Problem>;
  const code =
    next.do === 'restart' ? 'not_found' : next.do === 'verify' ? 'incomplete' : said.code;
  return problemError({ ...said, ...(code && { code }) });
}

/** The Worker's answer, in the words in which a store would have said it. */
export function readRelay(xhr: XMLHttpRequest): Outcome {
  const { status } = xhr;
  let answer: Partial<RelayAnswer & { readonly code: string; readonly detail: string }> = {};
  try {
    answer = JSON.parse(xhr.responseText) as typeof answer;
  } catch {
    // The page of a captive portal.
  }
  const { etag, code, detail } = answer;
  if (status === 200 && etag) return { kind: 'stored', etag: `"${etag}"` };
  return {
    kind: 'answered',
    status,
    code: code === 'checksum_mismatch' ? 'BadDigest' : code,
    detail,
    requestId: xhr.getResponseHeader('x-request-id') ?? undefined,
  };
}
