/** The Worker's own calls to the bucket: where they go, with which keys, and how answers are read. */
import { AwsClient } from 'aws4fetch';
import type { Credentials } from '../signing/credentials.ts';
import { encodeRfc3986 } from '../signing/encode.ts';
import { bucketOf, parseEndpoint, targetOf } from '../endpoint.ts';
import { exchange, persist, type Answer, type Outcome, type Outgoing } from './exchange.ts';
import { DEFAULT_RETRY } from './retry.ts';
import type { StoreConfig } from '../types.ts';

/** One call. */
export interface Call<Result> {
  /** S3's name of it, for errors and logs. */
  readonly operation: string;
  readonly method: Outgoing['method'];
  /** Null: the bucket itself. */
  readonly key: string | null;
  /** Unencoded; an empty value is a subresource (`?uploads`). */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Doing it twice does no harm. */
  readonly idempotent: boolean;
  /** For one try, in milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Reads a 2xx answer, which may yet turn out to be a fault. */
  readonly read: (answer: Answer) => Outcome<Result>;
}

/** @throws StoreError when all tries have failed; KeyError. */
export type Control = <Result>(call: Call<Result>) => Promise<Result>;

const TIMEOUT_MS = 10_000;

export function createControl(config: StoreConfig): Control {
  const { credentials, region } = config;
  const endpoint = parseEndpoint(config.endpoint, config.bucket, config.style);
  const now = config.now ?? Date.now;
  const send = config.fetch ?? ((input, init) => fetch(input, init));
  const clientOf = clientCache(region);

  return async <Result>(call: Call<Result>): Promise<Result> => {
    const { origin, path } = call.key === null ? bucketOf(endpoint) : targetOf(endpoint, call.key);
    const outgoing: Outgoing = {
      operation: call.operation,
      method: call.method,
      url: `${origin}${path}${queryString(call.query)}`,
      headers: call.headers ?? {},
      body: call.body,
      timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
    };
    let keys: Credentials;
    const attempt = async (): Promise<Outcome<Result>> => {
      keys = await credentials.get();
      const outcome = await exchange(outgoing, clientOf(keys), send, now);
      return 'result' in outcome ? call.read(outcome.result) : outcome;
    };
    return persist(config.retry ?? DEFAULT_RETRY, call.idempotent, attempt, () => {
      credentials.refuse?.(keys);
      return credentials.refuse !== undefined;
    });
  };
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
