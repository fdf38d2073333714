/** One request to the store. */
import type { SignedRequest } from '../../../worker/protocol.ts';
import { parseRetryAfter } from '../../../worker/protocol/util/retry-after.ts';
import type { Outcome } from './outcome.ts';
import { watch } from './watchdog.ts';

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly stallMs: number;
  /** Called with the bytes of the body that have left the machine; never for a form POST. */
  readonly onSent: (bytes: number) => void;
  /**
   * Slowest speed to allow for a request that reports no progress until it is answered: a form POST,
   * and any request where `hidesProgress` is set.
   *
   * @default 1
   */
  readonly leastBytesPerMs?: number;
  /** A service worker may send the request in the page's place, and does not say how far it is. */
  readonly hidesProgress?: boolean;
  /** Time in milliseconds that is allowed for the answer in addition, once the last byte is sent. */
  readonly answerMs?: number;
  /** Called at the end, with the milliseconds since the last byte of a body that no buffer can hold. */
  readonly onAwaited?: (ms: number, isStalled: boolean) => void;
  /** Reads the answer, if it does not come from a store. */
  readonly read?: (xhr: XMLHttpRequest) => Outcome;
  /** Sends cookies to another origin. */
  readonly withCredentials?: boolean;
}

/** A longer answer does not come from S3. */
const MAX_ANSWER_BYTES = 65_536;
/** Bytes that the browser reports as sent although they are still in the machine's buffers. */
const BUFFERED_BYTES = 2 ** 21;

/**
 * Sends `body` as the request says. Uses XHR, because it reports progress, and a Blob as it is,
 * because Chromium sends buffers up to 15 times slower. A form POST gets no upload listener: with one
 * it would need a preflight (https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * Never rejects, and settles in the same turn in which `signal` is aborted.
 */
export function send(request: SignedRequest, body: Blob, options: SendOptions): Promise<Outcome> {
  const { signal, stallMs, onSent, withCredentials = false, leastBytesPerMs = 1 } = options;
  const { answerMs = 0, onAwaited } = options;
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    const startedAt = performance.now();
    let bodySentAt: number | undefined;
    const end = (outcome: Outcome) => {
      dog.stop();
      const isStalled = outcome.kind === 'stalled';
      if (bodySentAt !== undefined && (isStalled || outcome.kind === 'stored')) {
        onAwaited?.(performance.now() - bodySentAt, isStalled);
      }
      signal.removeEventListener('abort', cancel);
      xhr.onerror = xhr.onabort = xhr.onload = null;
      xhr.abort();
      resolve(outcome);
    };
    const cancel = () => end({ kind: 'aborted' });
    const dog = watch(stallMs, () => end({ kind: 'stalled' }));
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel);
    xhr.onload = () => end(options.read?.(xhr) ?? read(xhr, request.method));
    // Safari aborts requests by itself, such as after the machine was asleep.
    xhr.onerror = xhr.onabort = () => end({ kind: 'no-answer' });
    xhr.onprogress = ({ loaded }) => {
      dog.touch();
      if (loaded > MAX_ANSWER_BYTES) end({ kind: 'answered', status: xhr.status });
    };
    try {
      xhr.open(request.method, request.url);
      xhr.withCredentials = withCredentials;
      for (const name in request.headers) xhr.setRequestHeader(name, request.headers[name] ?? '');
      if (request.method === 'POST') {
        const form = new FormData();
        for (const name in request.fields) form.append(name, request.fields[name] ?? '');
        form.append('file', body);
        dog.extend(body.size / leastBytesPerMs);
        return xhr.send(form);
      }
      if (options.hidesProgress) dog.extend(body.size / leastBytesPerMs);
      xhr.upload.onprogress = ({ loaded }) => {
        dog.touch();
        onSent(loaded);
      };
      xhr.upload.onload = () => {
        dog.touch();
        const now = performance.now();
        if (body.size > BUFFERED_BYTES) bodySentAt = now;
        dog.extend((now - startedAt) * Math.min(1, BUFFERED_BYTES / (body.size || 1)) + answerMs);
      };
      xhr.send(body);
    } catch {
      end({ kind: 'no-answer' });
    }
  });
}

/**
 * S3 answers a part with an empty body, and a form POST with nothing or `<PostResponse>`. Anything
 * else under a 200 is a captive portal, a proxy, or an error that came late.
 */
function read(xhr: XMLHttpRequest, method: string): Outcome {
  const { status, responseText: text } = xhr;
  if (
    status >= 200 &&
    status < 300 &&
    (!text || (method === 'POST' && /<PostResponse/.test(text)))
  ) {
    return { kind: 'stored', etag: xhr.getResponseHeader('etag') ?? tag(text, 'ETag') };
  }
  return {
    kind: 'answered',
    status,
    code: tag(text, 'Code'),
    requestId: tag(text, 'RequestId'),
    retryAfter: parseRetryAfter(xhr.getResponseHeader('retry-after')),
  };
}

/** Text of an element without attributes: S3's errors need no more, and a parser would be a risk. */
function tag(xml: string, name: string): string | undefined {
  return RegExp(`<${name}>([^<]{1,256})</`).exec(xml)?.[1]?.replaceAll('&quot;', '"');
}
