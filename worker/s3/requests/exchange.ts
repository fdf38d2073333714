/** Signs and sends one of the Worker's own requests, and retries it. */
import { parseRetryAfter } from '../../protocol/util/retry-after.ts';
import { StoreError } from './errors.ts';
import { signHeaders, type Signatory } from '../signing/sign-headers.ts';
import { faultOf, type Fault } from './faults.ts';
import { delayBefore, type RetryPolicy } from './retry.ts';
import { readBody } from './xml.ts';

/** A request to send. */
export interface Outgoing {
  /** S3's name of the operation, for errors and logs. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

/** A 2xx answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if it was too long to come from S3. */
  readonly body: string | undefined;
}

/** The result of a request, or why there is none. */
export type Outcome<Result> = { readonly result: Result } | { readonly fault: Fault };

/** Signs and sends the request once, and reads the complete answer. Never throws. */
export async function exchange(
  outgoing: Outgoing,
  signatory: Signatory,
  send: typeof fetch,
  now: () => number,
): Promise<Outcome<Answer>> {
  const { operation, method, url, body } = outgoing;
  const timeout = AbortSignal.timeout(outgoing.timeoutMs);
  try {
    const headers = await signHeaders(outgoing, signatory, now());
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) });
    // Redirects are not followed, because the signature is not valid for another host.
    const response = await send(request, { signal: timeout, redirect: 'manual' });
    const { status, headers: answered } = response;
    const answer: Answer = { status, headers: answered, body: await readBody(response) };
    if (response.ok) return { result: answer };
    const retryAfterSeconds = parseRetryAfter(answered.get('retry-after'), now());
    return { fault: faultOf({ operation, ...answer, retryAfterSeconds }) };
  } catch {
    // The error of fetch is not passed on, because its message may contain the address.
    const code = timeout.aborted ? 'Timeout' : 'NoAnswer';
    const error = new StoreError({ kind: 'unavailable', operation, code });
    return { fault: { error, again: 'maybe' } };
  }
}

/**
 * Tries until the call succeeds or cannot succeed. A call that certainly did nothing is tried again; one
 * that may have worked is tried again only if it is `idempotent`. `renew` is called at most once, to get
 * other credentials.
 *
 * @throws StoreError the last error.
 */
export async function persist<Result>(
  policy: RetryPolicy,
  idempotent: boolean,
  send: () => Promise<Outcome<Result>>,
  renew: () => boolean = () => false,
): Promise<Result> {
  let renewed = false;
  for (let number = 1; ; number += 1) {
    const outcome = await send();
    if ('result' in outcome) return outcome.result;
    const { error, again } = outcome.fault;
    if (again === 'renew' && !renewed && renew()) {
      renewed = true;
      continue;
    }
    const allowed = again === 'refused' || (again === 'maybe' && idempotent);
    const delay = allowed ? delayBefore(number + 1, error.retryAfterSeconds, policy) : undefined;
    if (delay === undefined) throw error;
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}
