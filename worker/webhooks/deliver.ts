/** One attempt to deliver a message. */
import { parseRetryAfter } from '../protocol/util/retry-after.ts';
import type { Message } from './message.ts';
import type { Sign } from './signature.ts';

/** `gone`: the receiver wants no more webhooks (410). */
export type Delivery =
  | { readonly kind: 'delivered' | 'gone' }
  | {
      readonly kind: 'failed';
      readonly status?: number;
      /** Seconds that the receiver asks for. */
      readonly retryAfter?: number | undefined;
    };

/** The specification advises 15 to 30 s. */
const TIMEOUT_MS = 15_000;

export interface Receiver {
  readonly url: string;
  readonly sign: Sign;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Sends the message once. Every status but 2xx is a failure, redirects too. Never throws. */
export async function deliver(
  { url, sign, now }: Receiver,
  { id, body }: Message,
): Promise<Delivery> {
  try {
    const signed = await sign(id, Math.floor(now() / 1000), body);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 's3-upload', ...signed },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'delivered' };
    const { status } = response;
    if (status === 410) return { kind: 'gone' };
    const retryAfter = parseRetryAfter(response.headers.get('retry-after'), now());
    return { kind: 'failed', status, retryAfter };
  } catch {
    return { kind: 'failed' };
  }
}
