/** Reads a stored object, as a stream. */
import { parseRetryAfter } from '../../protocol/util/retry-after.ts';
import { createSigning } from '../signing/sign.ts';
import type { ObjectRange, Store, StoreConfig } from '../types.ts';
import { StoreError } from './errors.ts';
import { unquote } from '../etag.ts';
import { faultOf } from './faults.ts';
import { readBody } from './xml.ts';

/** Between signing and the first byte, in seconds. */
const EXPIRES_SECONDS = 300;
/** The whole answer; what has come by then is kept by the caller. */
const TIMEOUT_MS = 180_000;
const OPERATION = 'GetObject';

/** Asks once: the caller knows from where it has to continue. */
export function createReader(config: StoreConfig): Pick<Store, 'read'> {
  const send = config.fetch ?? ((input, init) => fetch(input, init));
  const signing = createSigning({ ...config, publicEndpoints: [config.endpoint] });

  return {
    async read(key, start, end): Promise<ObjectRange> {
      const { url } = await signing.presignGet(key, { expiresIn: EXPIRES_SECONDS });
      let response: Response;
      try {
        response = await send(url, {
          headers: { range: `bytes=${start}-${end - 1}` },
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
      } catch {
        throw new StoreError({ kind: 'unavailable', operation: OPERATION, code: 'NoAnswer' });
      }
      const { status, headers, body } = response;
      if (!response.ok) {
        const text = await readBody(response);
        const retryAfterSeconds = parseRetryAfter(
          headers.get('retry-after'),
          (config.now ?? Date.now)(),
        );
        throw faultOf({ operation: OPERATION, status, headers, body: text, retryAfterSeconds })
          .error;
      }
      const isRange = headers.get('content-range')?.startsWith(`bytes ${start}-`) === true;
      if (body === null || (status === 206 ? !isRange : start !== 0)) {
        await body?.cancel();
        const code = 'UnreadableAnswer';
        throw new StoreError({ kind: 'unavailable', operation: OPERATION, code, status });
      }
      return { body, etag: unquote(headers.get('etag') ?? '') };
    },
  };
}
