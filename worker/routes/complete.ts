/** `POST /uploads/:id/complete`: finishes an upload, once or many times. */
import { uploadOfToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { complete } from '../upload/complete.ts';
import type { Result } from '../protocol.ts';
import { CompleteBody } from '../protocol/schemas.ts';

/** Ten thousand receipts with their ETags and checksums. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const body = await readBody(c.req.raw, CompleteBody, MAX_BODY_BYTES);
    return c.json<Result>(await complete(signer, c, upload, body));
  };
}
