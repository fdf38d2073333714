/** Makes the Worker's own calls to the bucket: addresses them, signs them and reads their answers. */
import type { Credentials } from '../signing/credentials.ts';
import { encodeRfc3986 } from '../signing/encode.ts';
import { bucketOf, parseEndpoint, targetOf } from '../endpoint.ts';
import { exchange, persist, type Answer, type Outcome, type Outgoing } from './exchange.ts';
import { DEFAULT_RETRY } from './retry.ts';
import type { StoreConfig } from '../types.ts';

/** One call to the bucket. */
export interface Call<Result> {
  /** S3's name of the operation, for errors and logs. */
  readonly operation: string;
  readonly method: Outgoing['method'];
  /** Key of the object. Null for the bucket itself. */
  readonly key: string | null;
  /** Unencoded. A name with an empty value is a subresource (`?uploads`). */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether doing it twice does no harm. */
  readonly idempotent: boolean;
  /** Time limit for one try, in milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Reads a 2xx answer, which may still be a fault. */
  readonly read: (answer: Answer) => Outcome<Result>;
}

/** Makes calls, with retries. @throws StoreError when all tries have failed, or KeyError. */
export type Control = <Result>(call: Call<Result>) => Promise<Result>;

const TIMEOUT_MS = 10_000;

/** Makes calls to the bucket of `config`. @throws EndpointError for an invalid endpoint or bucket. */
export function createControl(config: StoreConfig): Control {
  const { credentials, region } = config;
  const endpoint = parseEndpoint(config.endpoint, config.bucket, config.style);
  const now = config.now ?? Date.now;
  const send = config.fetch ?? ((input, init) => fetch(input, init));

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
    const sendOnce = async (): Promise<Outcome<Result>> => {
      keys = await credentials.get();
      const outcome = await exchange(
        outgoing,
        { credentials: keys, region, service: 's3' },
        send,
        now,
      );
      return 'result' in outcome ? call.read(outcome.result) : outcome;
    };
    return persist(config.retry ?? DEFAULT_RETRY, call.idempotent, sendOnce, () => {
      credentials.refuse?.(keys);
      return credentials.refuse !== undefined;
    });
  };
}

/** S3 reads a subresource with an empty value (`?uploads=&…`) like one without a value. */
function queryString(query: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeRfc3986).join('='));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
