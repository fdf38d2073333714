/** `POST /uploads/:id/complete`: finishes an upload, once or many times. */
import { uploadOfToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { complete } from '../upload/complete/complete.ts';
import { abortOthersQuietly } from '../upload/end/orphans.ts';
import { isVerifying, type Result, type Verifying } from '../protocol.ts';
import { CompleteBody } from '../protocol/schemas.ts';

/** Ten thousand receipts with their ETags and checksums. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const body = await readBody(c.req.raw, CompleteBody, MAX_BODY_BYTES);
    const answer = await complete(signer, c, upload, body);
    if (isVerifying(answer)) {
      return c.json<Verifying>(answer, 202, { 'retry-after': String(answer.retryAfter) });
    }
    if (upload.multipart) waitUntilOf(c)(abortOthersQuietly(signer, [upload]));
    return c.json<Result>(answer);
  };
}
