/** Bytes through the Worker, for clients that cannot reach the store. */
import type { SignedRequest } from '../../protocol.ts';
import { parseRetryAfter } from '../../protocol/retry-after.ts';
import { StoreError } from './errors.ts';
import { faultOf } from './faults.ts';
import { unquote } from './etag.ts';
import { readObject } from './objects.ts';
import { createSigning } from '../signing/sign.ts';
import type { Store, StoreConfig } from '../types.ts';
import { readBody } from './xml.ts';

/** Between signing and the first byte, seconds: expiry is checked when a request starts. */
const EXPIRES_SECONDS = 300;

/** Sent once, since the body is gone afterwards; the client sends it again. */
export function createRelay(config: StoreConfig): Pick<Store, 'sendPart' | 'sendWhole' | 'read'> {
  const send = config.fetch ?? ((input, init) => fetch(input, init));
  const signing = createSigning({ ...config, publicEndpoints: [config.endpoint] });

  return {
    async sendPart(upload, { number, bytes, checksum }, body) {
      const signer = await signing.presignParts({ ...upload, expiresIn: EXPIRES_SECONDS });
      return put('UploadPart', await signer.sign(number, bytes, checksum), bytes, body);
    },
    async sendWhole(key, bytes, settings, checksum, body) {
      const options = { checksum, expiresIn: EXPIRES_SECONDS };
      const { request } = await signing.presignPut(key, bytes, settings, options);
      return put('PutObject', request, bytes, body);
    },
    async read(key) {
      const operation = 'GetObject';
      const { url } = await signing.presignGet(key, { expiresIn: EXPIRES_SECONDS });
      let response: Response;
      try {
        response = await send(url, { redirect: 'manual' });
      } catch {
        throw new StoreError({ kind: 'unavailable', operation, code: 'NoAnswer' });
      }
      const { ok, status, headers, body } = response;
      if (ok) {
        const read = readObject({ headers }, config.profile);
        if ('fault' in read) throw read.fault.error;
        return { object: read.result, body: body ?? new Blob().stream() };
      }
      const { error } = faultOf({ operation, status, headers, body: await readBody(response) });
      if (error.kind === 'not_found') return undefined;
      throw error;
    },
  };

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
        // Node wants to be told that a stream is sent while the answer is awaited; workerd ignores it.
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
    // A proxy's page has none: nothing has been stored.
    if (etag === '') {
      throw new StoreError({ kind: 'unavailable', operation, code: 'UnreadableAnswer', status });
    }
    return { etag };
  }
}
