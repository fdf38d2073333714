/**
 * One request of the Worker's own and its answer, and sending it again by our own rules: aws4fetch
 * signs, but its own retries would repeat a Create and leave orphans.
 */
import type { AwsClient } from 'aws4fetch';
import { sha256Hex } from '../../util/digest.ts';
import { parseRetryAfter } from '../../protocol/util/retry-after.ts';
import { StoreError } from './errors.ts';
import { faultOf, type Fault } from './faults.ts';
import { delayBefore, type RetryPolicy } from './retry.ts';
import { readBody } from './xml.ts';

/** What is sent. */
export interface Outgoing {
  /** S3's name of it, for errors and logs. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

/** A 2xx answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where it was too long to be S3's. */
  readonly body: string | undefined;
}

/** What came of it. */
export type Outcome<Result> = { readonly result: Result } | { readonly fault: Fault };

/** Signs and sends once, and waits for the whole answer. Never throws. */
export async function exchange(
  outgoing: Outgoing,
  client: AwsClient,
  send: typeof fetch,
  now: () => number,
): Promise<Outcome<Answer>> {
  const { operation, method, url, body } = outgoing;
  const timeout = AbortSignal.timeout(outgoing.timeoutMs);
  try {
    const request = await client.sign(url, {
      method,
      headers: { ...outgoing.headers, 'x-amz-content-sha256': await sha256Hex(body ?? '') },
      ...(body === undefined ? {} : { body }),
      aws: { datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, '') },
    });
    // A redirect would be followed with a signature for another host: it is an answer, not a way.
    const response = await send(request, { signal: timeout, redirect: 'manual' });
    const { status, headers } = response;
    const answer: Answer = { status, headers, body: await readBody(response) };
    if (response.ok) return { result: answer };
    const retryAfterSeconds = parseRetryAfter(headers.get('retry-after'), now());
    return { fault: faultOf({ operation, ...answer, retryAfterSeconds }) };
  } catch {
    // What fetch threw is not passed on: its message may hold the address.
    const code = timeout.aborted ? 'Timeout' : 'NoAnswer';
    const error = new StoreError({ kind: 'unavailable', operation, code });
    return { fault: { error, again: 'maybe' } };
  }
}

/**
 * Tries until it is done or hopeless: what was surely not done is tried again, what may have been
 * done only where `idempotent`. `renew` is asked once for other credentials.
 *
 * @throws StoreError the last one.
 */
export async function persist<Result>(
  policy: RetryPolicy,
  idempotent: boolean,
  attempt: () => Promise<Outcome<Result>>,
  renew: () => boolean = () => false,
): Promise<Result> {
  let renewed = false;
  for (let number = 1; ; number += 1) {
    const outcome = await attempt();
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
