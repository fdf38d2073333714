/** The only caller of the Worker. Retries each call until it succeeds or the time for retries is over. */
import { isUploadId } from '../../../worker/protocol/id.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import { parseRetryAfter } from '../../../worker/protocol/util/retry-after.ts';
import { UploadError } from '../errors.ts';
import { Attempts } from '../faults/attempts.ts';
import { backoffMs, type Backoff } from '../faults/backoff.ts';
import { callError } from '../faults/worker-error.ts';
import { patienceMs, stallMs } from '../options.ts';
import type { Outcome } from '../store/outcome.ts';
import type { UploaderOptions } from '../types.ts';

/** A path of the contract without an id in it. */
type StaticPath = Extract<(typeof PATHS)[keyof typeof PATHS], string>;

/** What is called. A path that names an upload is a function, so that its id is checked first. */
export type Route = StaticPath | `${StaticPath}?${string}` | ((id: string) => string);

export interface Call {
  /** The upload that the path names. Has to be a UUID: `../../api` would lead to another path. */
  readonly id?: string;
  /** @default 'POST' with a body, 'GET' without */
  readonly method?: string;
  readonly body?: object;
  /** Token of the upload that the call is about. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A field that every answer to this call has. If not given, only a 204 counts as the Worker's answer. */
  readonly has?: string;
  /** Time for the answer, as a multiple of `stallMs`. @default 1 */
  readonly terms?: number;
}

export class WorkerClient {
  options: UploaderOptions;
  readonly #backoff: Backoff;
  readonly #onWaitingChange: () => void;
  readonly #closing = new AbortController();
  /** Calls that wait until the Worker can be reached again. */
  readonly #waiting = new Set<Call>();
  #wasReached = false;
  #bearer: string | Promise<string | undefined> | undefined;

  constructor(options: UploaderOptions, backoff: Backoff, onWaitingChange: () => void) {
    this.options = options;
    this.#backoff = backoff;
    this.#onWaitingChange = onWaitingChange;
  }

  /** Takes effect with the next request. */
  configure(options: UploaderOptions): void {
    this.options = options;
    this.discardBearer();
  }

  get endpoint(): string {
    return String(this.options.endpoint).replace(/\/+$/, '');
  }

  /** True while a call waits until the Worker can be reached again. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Makes one request, and retries it as often as necessary.
   *
   * @throws UploadError with the Worker's code, `signer_unreachable`, or `invalid_request` for an id
   *   that is not a UUID, in which case nothing is sent; DOMException when aborted.
   */
  async call<T>(route: Route, call: Call = {}): Promise<T> {
    const path = pathOf(route, call.id);
    const signal = AbortSignal.any([this.#closing.signal, call.signal ?? this.#closing.signal]);
    const attempts = new Attempts();
    // A copy, because it identifies this very call in a Set.
    const waiting = { ...call };
    try {
      for (;;) {
        const outcome = await this.#request(path, call, signal);
        signal.throwIfAborted();
        if ('value' in outcome) return outcome.value as T;
        const verdict = attempts.judge(outcome, patienceMs(this.options, this.#wasReached));
        if (!('delayMs' in verdict)) throw callError(outcome);
        if (verdict.do === 'resign') this.discardBearer();
        if (verdict.delayMs) this.#setWaiting(waiting, true);
        await this.#backoff.wait(backoffMs(verdict), signal);
      }
    } finally {
      this.#setWaiting(waiting, false);
    }
  }

  /** Aborts all calls. */
  close(): void {
    this.#closing.abort();
  }

  /** Headers that identify the caller, and the upload that the call is about. */
  async headers(token?: string): Promise<Record<string, string>> {
    const { getToken, headers } = this.options;
    const pending = (this.#bearer ??= getToken?.());
    let bearer: string | undefined;
    try {
      bearer = await pending;
    } finally {
      // A page that has no token now may have one later.
      if (!bearer && this.#bearer === pending) this.discardBearer();
    }
    return {
      ...headers,
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      ...(token ? { 'Upload-Token': token } : {}),
    };
  }

  /** The bearer token was refused: the next request asks for another one. */
  discardBearer(): void {
    this.#bearer = undefined;
  }

  /** Whether the Worker answers right now. */
  async answers(signal: AbortSignal): Promise<boolean> {
    return 'value' in (await this.#request(PATHS.policy, { has: 'batch' }, signal));
  }

  #setWaiting(call: Call, isWaiting: boolean): void {
    const before = this.isWaiting;
    if (isWaiting) this.#waiting.add(call);
    else this.#waiting.delete(call);
    if (before !== this.isWaiting) this.#onWaitingChange();
  }

  async #request(
    path: string,
    { body, method = body ? 'POST' : 'GET', token, has, terms = 1 }: Call,
    signal: AbortSignal,
  ): Promise<Outcome | { readonly value: unknown }> {
    const { credentials = 'same-origin' } = this.options;
    const timeout = AbortSignal.timeout(terms * stallMs(this.options));
    let isCalling = false;
    try {
      const headers = await this.headers(token);
      isCalling = true;
      const response = await fetch(this.endpoint + path, {
        method,
        headers: {
          // Without it, the Worker answers a request for a link with a redirect to the file.
          Accept: 'application/json',
          ...headers,
          ...(body ? { 'Content-Type': 'application/json' } : {}),
        },
        body: body ? JSON.stringify(body) : null,
        credentials,
        signal: AbortSignal.any([signal, timeout]),
      });
      const { status, ok } = response;
      const value = parseJson(await response.text());
      const isWorkers = ok && (has ? has in Object(value) : status === 204);
      // A success that is not the Worker's may come from any page at that address.
      this.#wasReached ||= isWorkers || !ok;
      if (isWorkers) return { value };
      return {
        kind: 'answered',
        status,
        code: value?.['code'],
        detail: value?.['detail'],
        requestId: response.headers.get('x-request-id') ?? undefined,
        retryAfter: parseRetryAfter(response.headers.get('retry-after')),
      };
    } catch (cause) {
      const kind = timeout.aborted ? 'stalled' : 'no-answer';
      return { kind, cause: isCalling ? undefined : cause };
    }
  }
}

/** @throws UploadError `invalid_request` if the id is not a UUID. */
function pathOf(route: Route, id: string | undefined): string {
  if (typeof route === 'string') return route;
  if (isUploadId(id)) return route(id);
  throw new UploadError('invalid_request', `${id}: the id of an upload must be a UUID.`);
}

/** Undefined if the text is not JSON, such as the page of a captive portal. */
function parseJson(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, string>>;
  } catch {
    return undefined;
  }
}
