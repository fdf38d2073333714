/**
 * The Worker's own calls to the store: signed in the headers by aws4fetch, sent again by our own
 * rules (its own would repeat a Create and leave orphans).
 */
import { AwsClient } from 'aws4fetch';
import type { Credentials } from './credentials.ts';
import { encodeRfc3986 } from './encode.ts';
import { parseEndpoint, targetOf } from './endpoint.ts';
import { StoreError } from './errors.ts';
import { faultOf, type Fault } from './faults.ts';
import { DEFAULT_RETRY, delayBefore, readRetryAfter } from './retry.ts';
import type { StoreConfig } from './types.ts';
import { readBody } from './xml.ts';

/** One call. */
export interface Call<Result> {
  /** S3's name of it, for errors and logs. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly key: string;
  /** Unencoded; an empty value is a subresource (`?uploads`). */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Doing it twice does no harm. */
  readonly idempotent: boolean;
  /** For one try. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Reads a 2xx answer; a returned fault is one like any other. */
  readonly read: (answer: Answer) => Result | { readonly fault: Fault };
}

/** A 2xx answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where it was too long to be S3's. */
  readonly body: string | undefined;
}

/** @throws StoreError when all tries have failed. */
export type Control = <Result extends object | undefined>(call: Call<Result>) => Promise<Result>;

const TIMEOUT_MS = 10_000;

export function createControl(config: StoreConfig): Control {
  const { credentials, region } = config;
  const endpoint = parseEndpoint(config.endpoint, config.bucket, config.style);
  const now = config.now ?? Date.now;
  const policy = config.retry ?? DEFAULT_RETRY;
  const clientOf = clientCache(region);

  return async (call) => {
    const { origin, path } = targetOf(endpoint, call.key);
    const url = `${origin}${path}${queryString(call.query)}`;
    let renewed = false;
    for (let number = 1; ; number += 1) {
      const keys = await credentials.get();
      const outcome = await attempt(config, call, url, clientOf(keys), now);
      if (!isFault(outcome)) return outcome;
      const { error, again } = outcome.fault;
      if (again === 'renew' && credentials.refuse !== undefined && !renewed) {
        renewed = true;
        credentials.refuse(keys);
        continue;
      }
      const allowed = again === 'refused' || (again === 'maybe' && call.idempotent);
      const delay = allowed ? delayBefore(number + 1, error.retryAfterSeconds, policy) : undefined;
      if (delay === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  };
}

async function attempt<Result extends object | undefined>(
  config: StoreConfig,
  call: Call<Result>,
  url: string,
  client: AwsClient,
  now: () => number,
): Promise<Result | { readonly fault: Fault }> {
  const send = config.fetch ?? fetch;
  const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
  const { operation, method, body } = call;
  const request = await client.sign(url, {
    method,
    headers: { ...call.headers, 'x-amz-content-sha256': await sha256(body ?? '') },
    ...(body === undefined ? {} : { body }),
    aws: { datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, '') },
  });
  try {
    // A redirect would be followed with a signature for another host: it is an answer, not a way.
    const response = await send(request, { signal: timeout, redirect: 'manual' });
    const { status, headers } = response;
    const answer = { status, headers, body: await readBody(response) };
    if (response.ok) return call.read(answer);
    const retryAfterSeconds = readRetryAfter(headers, now());
    return { fault: faultOf({ operation, ...answer, retryAfterSeconds }) };
  } catch (thrown) {
    return { fault: noAnswer(operation, timeout.aborted, thrown) };
  }
}

/** Nothing that fetch threw is passed on: its message may hold the address. */
function noAnswer(operation: string, timedOut: boolean, thrown: unknown): Fault {
  if (thrown instanceof StoreError) return { error: thrown, again: 'never' };
  const code = timedOut ? 'Timeout' : 'NoAnswer';
  return {
    again: 'maybe',
    error: new StoreError({ kind: 'unavailable', operation, code }),
  };
}

function isFault(outcome: object | undefined): outcome is { readonly fault: Fault } {
  return outcome !== undefined && 'fault' in outcome;
}

/** `?uploads=&…`: S3 reads a subresource with an empty value like one without. */
function queryString(query: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeRfc3986).join('='));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** One client for as long as the credentials are the same: it keeps the day's signing key. */
function clientCache(region: string): (credentials: Credentials) => AwsClient {
  let last: { readonly credentials: Credentials; readonly client: AwsClient } | undefined;
  return (credentials) => {
    if (last?.credentials !== credentials) {
      const client = new AwsClient({ ...credentials, region, service: 's3', retries: 0 });
      last = { credentials, client };
    }
    return last.client;
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
