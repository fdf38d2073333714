/** Bytes through the Worker: to the store for clients that cannot reach it, and back to be verified. */
import type { SignedRequest } from '../../protocol.ts';
import { parseRetryAfter } from '../../protocol/util/retry-after.ts';
import { isStoreError, StoreError } from './errors.ts';
import { faultOf } from './faults.ts';
import { unquote } from '../etag.ts';
import { readObject } from './objects.ts';
import { createSigning } from '../signing/sign.ts';
import type { ObjectRange, Store, StoreConfig } from '../types.ts';
import { readBody } from './xml.ts';

/** Time between signing and the first byte, in seconds. Stores check the expiry when a request starts. */
const EXPIRES_SECONDS = 300;
/** Time for a whole answer to a GET. What has come by then is kept by the caller. */
const READ_TIMEOUT_MS = 180_000;

/** The relaying half of a store. Nothing is retried, because a body can be read only once; the client retries. */
export function createRelay(
  config: StoreConfig,
): Pick<Store, 'sendPart' | 'sendObject' | 'open' | 'read'> {
  const send = config.fetch ?? ((input, init) => fetch(input, init));
  const signing = createSigning({ ...config, publicEndpoints: [config.endpoint] });

  return {
    async sendPart(upload, { number, bytes, checksum }, body) {
      const signer = await signing.presignParts({ ...upload, expiresIn: EXPIRES_SECONDS });
      return put('UploadPart', await signer.sign(number, bytes, checksum), bytes, body);
    },
    async sendObject(key, bytes, attributes, checksum, body) {
      const options = { checksum, expiresIn: EXPIRES_SECONDS };
      const { request } = await signing.presignPut(key, bytes, attributes, options);
      return put('PutObject', request, bytes, body);
    },
    async open(key) {
      try {
        const { headers, body } = await get(key, {});
        const read = readObject({ headers }, config.profile);
        if ('fault' in read) throw read.fault.error;
        return { object: read.result, body: body ?? new Blob().stream() };
      } catch (error) {
        if (isStoreError(error, 'not_found')) return undefined;
        throw error;
      }
    },
    async read(key, start, end): Promise<ObjectRange> {
      const { status, headers, body } = await get(key, { range: `bytes=${start}-${end - 1}` });
      const isRange = headers.get('content-range')?.startsWith(`bytes ${start}-`) === true;
      if (body === null || (status === 206 ? !isRange : start !== 0)) {
        await body?.cancel();
        const code = 'UnreadableAnswer';
        throw new StoreError({ kind: 'unavailable', operation: 'GetObject', code, status });
      }
      return { body, etag: unquote(headers.get('etag') ?? '') };
    },
  };

  /** A successful answer, whose body has not been read. */
  async function get(key: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const operation = 'GetObject';
    const { url } = await signing.presignGet(key, { expiresIn: EXPIRES_SECONDS });
    let response: Response;
    try {
      const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
      response = await send(url, { headers, redirect: 'manual', signal });
    } catch {
      throw new StoreError({ kind: 'unavailable', operation, code: 'NoAnswer' });
    }
    if (response.ok) return response;
    const { status, headers: answered } = response;
    const text = await readBody(response);
    const now = (config.now ?? Date.now)();
    const retryAfterSeconds = parseRetryAfter(answered.get('retry-after'), now);
    throw faultOf({ operation, status, headers: answered, body: text, retryAfterSeconds }).error;
  }

  async function put(
    operation: string,
    { url, headers }: SignedRequest,
    bytes: number,
    body: BodyInit,
  ): Promise<{ readonly etag: string }> {
    let response: Response;
    let text: string | undefined;
    try {
      response = await send(url, {
        method: 'PUT',
        headers: { ...headers, 'content-length': String(bytes) },
        body,
        redirect: 'manual',
        // Node requires this for a body that is a stream; workerd ignores it.
        ...({ duplex: 'half' } as object),
      });
      text = await readBody(response);
    } catch {
      throw new StoreError({ kind: 'unavailable', operation, code: 'NoAnswer' });
    }
    const { status, headers: answered } = response;
    if (!response.ok) {
      const now = (config.now ?? Date.now)();
      const retryAfterSeconds = parseRetryAfter(answered.get('retry-after'), now);
      throw faultOf({ operation, status, headers: answered, body: text, retryAfterSeconds }).error;
    }
    const etag = unquote(answered.get('etag') ?? '');
    // An answer without an ETag is a proxy's page: nothing has been stored.
    if (etag === '') {
      throw new StoreError({ kind: 'unavailable', operation, code: 'UnreadableAnswer', status });
    }
    return { etag };
  }
}
