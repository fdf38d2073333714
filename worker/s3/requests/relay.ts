/** Sends bytes through the Worker, for clients that cannot reach the store. */
import type { SignedRequest } from '../../protocol.ts';
import { parseRetryAfter } from '../../protocol/util/retry-after.ts';
import { StoreError } from './errors.ts';
import { faultOf } from './faults.ts';
import { unquote } from '../etag.ts';
import { readObject } from './objects.ts';
import { createSigning } from '../signing/sign.ts';
import type { Store, StoreConfig } from '../types.ts';
import { readBody } from './xml.ts';

/** Time between signing and the first byte, in seconds. Stores check the expiry when a request starts. */
const EXPIRES_SECONDS = 300;

/** The relaying half of a store. Nothing is retried, because a body can be read only once; the client retries. */
export function createRelay(config: StoreConfig): Pick<Store, 'sendPart' | 'sendObject' | 'open'> {
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
