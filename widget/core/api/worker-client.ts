/** The only caller of the Worker. Retries each call until it succeeds or the time for retries is over. */
import { isUploadId } from '../../../worker/protocol/id.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import { parseRetryAfter } from '../../../worker/protocol/util/retry-after.ts';
import { UploadError } from '../errors.ts';
import { Attempts } from '../faults/attempts.ts';
import type { Backoff } from '../faults/backoff.ts';
import { mixedContentError } from '../faults/store-error.ts';
import { tellDeveloper } from '../faults/tell-developer.ts';
import { callError, originError } from '../faults/worker-error.ts';
import { patienceMs } from '../options.ts';
import { isBlocked, type Outcome } from '../store/outcome.ts';
import { stallMs } from '../store/stall.ts';
import type { UploaderOptions, WaitReason } from '../types.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import { Bearer } from './bearer.ts';
import { requestInit } from './request-init.ts';

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
  /** The request outlives the page, and is made once even if the client is closed. */
  readonly keepalive?: boolean | undefined;
  /** Time for the answer, as a multiple of `stallMs`. @default 1 */
  readonly terms?: number;
}

/** Requests without an answer, before anything has answered, after which the reason is looked for. */
const DOUBTFUL_FAULTS = 2;
/** How long the signer may take to show that it is there, in milliseconds. */
const THERE_MS = 3000;
/** After as many faults at the first contact, the developer is told in the console. */
const TOLD_FAULTS = 3;

export class WorkerClient {
  options: UploaderOptions;
  readonly #backoff: Backoff;
  readonly #onWaitingChange: () => void;
  readonly #closing = new AbortController();
  /** Calls that wait until the Worker can be reached again, and what has kept the last request from it. */
  readonly #waiting = new Map<Call, WaitReason>();
  #wasReached = false;
  readonly #bearer = new Bearer();

  constructor(options: UploaderOptions, backoff: Backoff, onWaitingChange: () => void) {
    this.options = options;
    this.#backoff = backoff;
    this.#onWaitingChange = onWaitingChange;
  }

  /** Takes effect with the next request. */
  configure(options: UploaderOptions): void {
    this.options = options;
    this.#bearer.reset();
  }

  get endpoint(): string {
    return String(this.options.endpoint).replace(/\/+$/, '');
  }

  /** What a call waits for that is to be made again. */
  get waitReason(): WaitReason | undefined {
    const [reason] = this.#waiting.values();
    return reason && !navigator.onLine ? 'online' : reason;
  }

  /**
   * Makes one request, and retries it as often as necessary.
   *
   * @throws UploadError with the Worker's code, `signer_unreachable`, or `invalid_request` for an id
   *   that is not a UUID, in which case nothing is sent; DOMException when aborted.
   */
  async call<T>(route: Route, call: Call = {}): Promise<T> {
    const path = pathOf(route, call.id);
    const { signal: closing } = this.#closing;
    const ended = AbortSignal.any([closing, call.signal ?? closing]);
    const signal = call.keepalive ? new AbortController().signal : ended;
    const attempts = new Attempts();
    // A copy, because it identifies this very call in a Set.
    const waiting = { ...call };
    let isThere = false;
    try {
      for (;;) {
        const outcome = await this.#request(path, call, signal);
        signal.throwIfAborted();
        if ('value' in outcome) return outcome.value as T;
        ended.throwIfAborted();
        // A user who has to sign in may take longer than the first contact with a server.
        const wasReached = this.#wasReached || this.#bearer.isAwaited;
        const verdict = attempts.judge(outcome, patienceMs(this.options, wasReached), !wasReached);
        this.refuseBearer(outcome);
        const isUnsent = 'cause' in outcome;
        if (!('delayMs' in verdict)) {
          // Another attempt may call `getToken` again.
          if (isUnsent) this.#bearer.reset();
          throw callError(outcome, this.endpoint);
        }
        if (!wasReached && outcome.kind === 'no-answer' && !isUnsent && navigator.onLine) {
          const mixed = mixedContentError(this.endpoint);
          if (mixed) throw mixed;
          if (isThere) throw originError(this.endpoint);
          isThere = attempts.faults >= DOUBTFUL_FAULTS && (await this.#isThere(ended));
          // Another attempt shows that the first ones were not lost on the way.
          if (isThere) continue;
        }
        if (!wasReached && attempts.faults === TOLD_FAULTS) {
          tellDeveloper(callError(outcome, this.endpoint));
        }
        if (verdict.delayMs) this.#wait(waiting, isBlocked(outcome) ? 'network' : 'signer');
        await this.#backoff.wait(verdict, ended);
      }
    } finally {
      this.#wait(waiting);
    }
  }

  /** Aborts all calls, apart from requests that outlive it. */
  close(): void {
    this.#closing.abort();
  }

  /**
   * Headers that say who is calling, and about which upload.
   *
   * @throws what `getToken` throws, or a DOMException if it takes longer than a request may, in which
   *   case the next caller waits for the same answer; the reason of `signal` once it is aborted.
   */
  async headers(token?: string, signal = this.#closing.signal): Promise<Record<string, string>> {
    const { options } = this;
    const timeout = AbortSignal.timeout(stallMs(options));
    const asked = this.#bearer.get(options);
    const authorization = await unlessAborted(asked, AbortSignal.any([signal, timeout]));
    return {
      ...options.headers,
      ...(authorization ? { Authorization: authorization } : {}),
      ...(token ? { 'Upload-Token': token } : {}),
    };
  }

  /** If the caller's token was refused, the next request asks for another one. */
  refuseBearer(outcome: Outcome): void {
    if ('refusedBearer' in outcome) this.#bearer.refuse(outcome.refusedBearer);
  }

  /** Whether the Worker answers right now. */
  async answers(signal: AbortSignal): Promise<boolean> {
    return 'value' in (await this.#request(PATHS.policy, { has: 'batch' }, signal));
  }

  /** Whether the signer answers where it answers the pages of every origin. */
  async #isThere(ended: AbortSignal): Promise<boolean> {
    try {
      const signal = AbortSignal.any([ended, AbortSignal.timeout(THERE_MS)]);
      const response = await fetch(this.endpoint + PATHS.health, { signal, cache: 'no-store' });
      return ((await response.json()) as { status?: unknown }).status === 'ok';
    } catch {
      return false;
    }
  }

  #wait(call: Call, reason?: WaitReason): void {
    const before = this.waitReason;
    if (reason) this.#waiting.set(call, reason);
    else this.#waiting.delete(call);
    if (before !== this.waitReason) this.#onWaitingChange();
  }

  async #request(
    path: string,
    { body, method = body ? 'POST' : 'GET', token, has, terms = 1, keepalive = false }: Call,
    signal: AbortSignal,
  ): Promise<Outcome | { readonly value: unknown }> {
    const { credentials = 'same-origin' } = this.options;
    let timeout: AbortSignal | undefined;
    try {
      const headers = await this.headers(undefined, signal);
      const url = this.endpoint + path;
      const init = requestInit(url, { method, headers, credentials, body, token });
      // Throws for a header or an address that `fetch` would refuse as if the line had failed.
      void new Request(url, init);
      timeout = AbortSignal.timeout(terms * stallMs(this.options));
      const response = await fetch(url, {
        ...init,
        keepalive,
        signal: AbortSignal.any([signal, timeout]),
      });
      const { status, ok } = response;
      const value = parseJson(await response.text());
      const isWorkers = ok && (has ? has in Object(value) : status === 204);
      const code = value?.['code'];
      // An answer that is not the Worker's may come from any page at that address. Nor is a caller
      // waited for whom the Worker has never accepted.
      this.#wasReached ||= isWorkers || (code !== undefined && status !== 401);
      if (isWorkers) return { value };
      return {
        kind: 'answered',
        status,
        code,
        detail: value?.['detail'],
        requestId: response.headers.get('x-request-id') ?? undefined,
        retryAfter: parseRetryAfter(response.headers.get('retry-after')),
        // An upload's own token was refused, and not the caller's, if the problem has a field.
        refusedBearer:
          status === 401 && !value?.['field'] && this.options.getToken
            ? headers['Authorization']
            : undefined,
      };
    } catch (cause) {
      if (!timeout) return { kind: 'no-answer', cause };
      return { kind: timeout.aborted ? 'stalled' : 'no-answer' };
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
