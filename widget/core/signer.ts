/** The only caller of the Worker. Every call is retried until patience ends. */
import { problemError, UploadError } from './errors.ts';
import type { Naps } from './naps.ts';
import { Attempts, napMs } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Outcome } from './transport.ts';
import type { UploaderOptions } from './types.ts';

export interface Call {
  /** @default 'POST' with a body, 'GET' without */
  readonly method?: string;
  readonly body?: object;
  /** The upload's. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
  /** A field by which an answer is known to be the Worker's; without one only a 204 is. */
  readonly has?: string;
  /** How many times `stallMs` it is given for its answer. @default 1 */
  readonly terms?: number;
}

const STALL_MS = 30_000;
/** Timers cannot wait for ever. */
const LONGEST_STALL_MS = 1e8;
const PATIENCE_MS = 600_000;
/** Who has never been reached is not waited for any longer: the address may be wrong. */
const FIRST_CONTACT_MS = 60_000;

/** How long nothing may move, in milliseconds. */
export function stallMs({ stallMs = STALL_MS }: UploaderOptions): number {
  return Math.min(stallMs, LONGEST_STALL_MS);
}

/** How long faults are put up with, in milliseconds. */
export function patienceMs(options: UploaderOptions, wasReached: boolean): number {
  const { patienceMs = PATIENCE_MS } = options;
  return wasReached ? patienceMs : Math.min(patienceMs, FIRST_CONTACT_MS);
}

export class Signer {
  options: UploaderOptions;
  /** True while some call waits for the Worker to come back. */
  isWaiting = false;
  readonly #naps: Naps;
  readonly #reportWaiting: () => void;
  readonly #closing = new AbortController();
  #waiting = 0;
  #wasReached = false;
  #bearer: string | Promise<string | undefined> | undefined;

  constructor(options: UploaderOptions, naps: Naps, reportWaiting: () => void) {
    this.options = options;
    this.#naps = naps;
    this.#reportWaiting = reportWaiting;
  }

  /** From the next request on. */
  configure(options: UploaderOptions): void {
    this.options = options;
    this.refresh();
  }

  get endpoint(): string {
    return String(this.options.endpoint).replace(/\/+$/, '');
  }

  /**
   * One request of the contract, as often as it takes.
   *
   * @throws UploadError with the Worker's code, or `signer_unreachable`; DOMException when aborted.
   */
  async call<T>(path: string, call: Call = {}): Promise<T> {
    const signal = AbortSignal.any([this.#closing.signal, call.signal ?? this.#closing.signal]);
    const attempts = new Attempts();
    let isWaiting = 0;
    const wait = (value: number) => {
      this.#waiting += value - isWaiting;
      isWaiting = value;
      if (this.isWaiting === this.#waiting > 0) return;
      this.isWaiting = !this.isWaiting;
      this.#reportWaiting();
    };
    try {
      for (;;) {
        const outcome = await this.#once(path, call, signal);
        signal.throwIfAborted();
        if ('value' in outcome) return outcome.value as T;
        const next = attempts.judge(outcome, patienceMs(this.options, this.#wasReached));
        if (!('delayMs' in next)) throw errorOf(outcome);
        if (next.do === 'resign') this.refresh();
        if (next.delayMs) wait(1);
        await this.#naps.take(napMs(next), signal);
      }
    } finally {
      wait(0);
    }
  }

  /** Gives all calls up. */
  close(): void {
    this.#closing.abort();
  }

  /** What says who is calling, and about which upload. */
  async headers(token?: string): Promise<Record<string, string>> {
    const { getToken, headers } = this.options;
    const asked = (this.#bearer ??= getToken?.());
    let bearer: string | undefined;
    try {
      bearer = await asked;
    } finally {
      // Whoever has none now may have one later.
      if (!bearer && this.#bearer === asked) this.refresh();
    }
    return {
      ...headers,
      ...(bearer && { Authorization: `Bearer ${bearer}` }),
      ...(token && { 'Upload-Token': token }),
    };
  }

  /** The bearer token was refused: the next request asks for another one. */
  refresh(): void {
    this.#bearer = undefined;
  }

  /** Whether it answers right now. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    return 'value' in (await this.#once('/policy', { has: 'batch' }, signal));
  }

  async #once(
    path: string,
    { body, method = body ? 'POST' : 'GET', token, has, terms = 1 }: Call,
    signal: AbortSignal,
  ): Promise<Outcome | { readonly value: unknown }> {
    const { credentials = 'same-origin' } = this.options;
    const timeout = AbortSignal.timeout(terms * stallMs(this.options));
    let isCalling = false;
    try {
      const own = await this.headers(token);
      isCalling = true;
      const response = await fetch(this.endpoint + path, {
        method,
        headers: {
          // Where a link is asked for, the Worker would else redirect to the file itself.
          Accept: 'application/json',
          ...own,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        body: body ? JSON.stringify(body) : null,
        credentials,
        signal: AbortSignal.any([signal, timeout]),
      });
      const { status, ok } = response;
      const value = parse(await response.text());
      const isOurs = ok && (has ? has in Object(value) : status === 204);
      // Any page may be where the Worker was meant to be.
      this.#wasReached ||= isOurs || !ok;
      if (isOurs) return { value };
      return {
        kind: 'answered',
        status,
        code: value?.['code'],
        detail: value?.['detail'],
        requestId: response.headers.get('x-request-id') ?? undefined,
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch (cause) {
      const kind = timeout.aborted ? 'stalled' : 'no-answer';
      return { kind, cause: isCalling ? undefined : cause };
    }
  }
}

/** A captive portal's page is no answer of the Worker. */
function parse(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, string>>;
  } catch {
    return undefined;
  }
}

function errorOf(outcome: Outcome): UploadError {
  if (outcome.kind === 'answered' && outcome.code) {
    return problemError(outcome as object, outcome.requestId);
  }
  const cause = 'cause' in outcome ? outcome.cause : undefined;
  return new UploadError(
    'signer_unreachable',
    cause
      ? '`getToken` failed.'
      : 'The Worker cannot be reached: check `endpoint`, and that its ALLOWED_ORIGINS name this page.',
    { retryable: true, cause },
  );
}
