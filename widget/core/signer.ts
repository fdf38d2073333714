/** The only caller of the Worker. Every call is retried until patience ends. */
import type {
  CompleteBody,
  CompleteManyAnswer,
  CompleteManyBody,
  CreateAnswer,
  FileEntry,
  Policy,
  ResumeAnswer,
  Result,
  SignAnswer,
  SignBody,
} from '../../worker/protocol.ts';
import { problemError, UploadError } from './errors.ts';
import { Naps } from './naps.ts';
import { verdict } from './retry.ts';
import { retryAfterMs, type Answered, type Outcome } from './transport.ts';
import type { UploaderOptions } from './types.ts';

type Reply<T> = { readonly kind: 'ok'; readonly value: T } | Exclude<Outcome, { kind: 'stored' }>;

interface Call {
  readonly method?: string;
  readonly body?: object;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** The store may take minutes to put a large upload together. */
const COMPLETE_TIMEOUT_MS = 300_000;
/** Nobody who has never been reached is waited for any longer. */
export const FIRST_CONTACT_MS = 60_000;

export class Signer {
  options: UploaderOptions;
  /** Told when calls begin to wait for the Worker, and when none waits any more. */
  onWaiting: (isWaiting: boolean) => void = () => undefined;
  readonly naps: Naps;
  readonly #closing = new AbortController();
  #waiting = 0;
  #wasReached = false;
  #bearer: string | undefined;
  /** How long a signing call takes, smoothed. */
  roundTripMs = 200;

  constructor(options: UploaderOptions, naps: Naps) {
    this.options = options;
    this.naps = naps;
  }

  get endpoint(): string {
    return String(this.options.endpoint).replace(/\/+$/, '');
  }

  policy(): Promise<Policy> {
    return this.#call('/policy', {});
  }

  async create(files: readonly FileEntry[]): Promise<CreateAnswer['uploads']> {
    return (await this.#call<CreateAnswer>('/uploads', { body: { files } })).uploads;
  }

  async sign(id: string, token: string, body: SignBody, signal: AbortSignal): Promise<SignAnswer> {
    const startedAt = performance.now();
    const answer = await this.#call<SignAnswer>(`/uploads/${id}/sign`, { body, token, signal });
    this.roundTripMs += (performance.now() - startedAt - this.roundTripMs) / 4;
    return answer;
  }

  resume(id: string, signal?: AbortSignal): Promise<ResumeAnswer> {
    return this.#call(`/uploads/${id}/resume`, { method: 'POST', ...(signal && { signal }) });
  }

  complete(id: string, token: string, body: CompleteBody, signal: AbortSignal): Promise<Result> {
    const timeoutMs = COMPLETE_TIMEOUT_MS;
    return this.#call(`/uploads/${id}/complete`, { body, token, signal, timeoutMs });
  }

  async completeMany(uploads: CompleteManyBody['uploads']): Promise<CompleteManyAnswer['uploads']> {
    const body: CompleteManyBody = { uploads };
    return (await this.#call<CompleteManyAnswer>('/uploads/complete', { body })).uploads;
  }

  async abort(id: string, token: string): Promise<void> {
    await this.#call(`/uploads/${id}`, { method: 'DELETE', token });
  }

  /** Gives all calls up. */
  close(): void {
    this.#closing.abort();
  }

  /** @throws UploadError with the Worker's code, or `signer_unreachable`; DOMException when aborted. */
  async #call<T>(path: string, call: Call): Promise<T> {
    const signal = call.signal
      ? AbortSignal.any([call.signal, this.#closing.signal])
      : this.#closing.signal;
    let since = performance.now();
    let isWaiting = false;
    const setWaiting = (value: boolean) => {
      if (value === isWaiting) return;
      isWaiting = value;
      this.#waiting += value ? 1 : -1;
      if (this.#waiting === (value ? 1 : 0)) this.onWaiting(value);
    };
    try {
      for (let faults = 0, refusals = 0; ;) {
        const reply = await this.#once<T>(path, call, signal);
        signal.throwIfAborted();
        if (reply.kind === 'ok') return reply.value;
        const { patienceMs = 600_000 } = this.options;
        const next = verdict(reply, {
          faults,
          refusals,
          mismatches: 0,
          sinceMs: performance.now() - since,
          patienceMs: this.#wasReached ? patienceMs : Math.min(patienceMs, FIRST_CONTACT_MS),
          isOnline: navigator.onLine,
        });
        if (!('delayMs' in next)) throw errorOf(reply);
        if (next.do === 'wait') since = performance.now();
        if (reply.kind === 'answered' && next.do === 'resign') {
          this.#bearer = undefined;
          refusals++;
        } else {
          faults++;
          setWaiting(true);
        }
        await this.naps.take(napMs(next), signal);
      }
    } finally {
      setWaiting(false);
    }
  }

  async #once<T>(path: string, call: Call, signal: AbortSignal): Promise<Reply<T>> {
    const { getToken, headers, credentials = 'same-origin' } = this.options;
    const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
    try {
      this.#bearer ??= await getToken?.();
      const response = await fetch(this.endpoint + path, {
        method: call.method ?? (call.body ? 'POST' : 'GET'),
        headers: {
          ...headers,
          ...(this.#bearer && { Authorization: `Bearer ${this.#bearer}` }),
          ...(call.token && { 'Upload-Token': call.token }),
          ...(call.body && { 'Content-Type': 'application/json' }),
        },
        ...(call.body && { body: JSON.stringify(call.body) }),
        credentials,
        cache: 'no-store',
        signal: AbortSignal.any([signal, timeout]),
      });
      this.#wasReached = true;
      const text = await response.text();
      if (response.status === 204) return { kind: 'ok', value: undefined as T };
      const json = parse(text);
      if (response.ok && json) return { kind: 'ok', value: json as T };
      return {
        kind: 'answered',
        status: response.status,
        code: json?.['code'] as string | undefined,
        detail: json?.['detail'] as string | undefined,
        requestId: response.headers.get('x-request-id') ?? undefined,
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch {
      return { kind: signal.aborted ? 'aborted' : timeout.aborted ? 'stalled' : 'no-answer' };
    }
  }
}

/** How long to wait really: a random share, so that a thousand pages do not come back at once. */
export function napMs(verdict: {
  readonly delayMs: number;
  readonly exactly?: boolean;
  readonly do: string;
}): number {
  const share = Math.random();
  if (verdict.exactly) return verdict.delayMs * (1 + share / 10);
  return verdict.do === 'wait' ? verdict.delayMs : verdict.delayMs * share;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return json && typeof json === 'object'
      ? (json as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(outcome: Outcome): UploadError {
  if (outcome.kind === 'answered' && outcome.code) return problemOf(outcome);
  return new UploadError(
    'signer_unreachable',
    'The Worker cannot be reached: check `endpoint`, and that its list of origins names this page.',
    {
      retryable: true,
      ...(outcome.kind === 'answered' && { status: outcome.status }),
    },
  );
}

function problemOf({ status, code, detail, requestId }: Answered): UploadError {
  const problem = {
    status,
    ...(detail && { detail }),
    code: code as UploadError['code'] & 'expired',
  };
  return problemError(problem, requestId ? { requestId } : {});
}
