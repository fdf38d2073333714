/** `POST /uploads/:id/complete`: completes an upload. The call may be repeated. */
import { uploadOfToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { completeUpload } from '../upload/complete/complete.ts';
import { abortOrphansQuietly } from '../upload/end/orphans.ts';
import type { Result } from '../protocol.ts';
import { CompleteBody } from '../protocol/schemas.ts';

/** Size of ten thousand receipts with their ETags and checksums. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const body = await readBody(c.req.raw, CompleteBody, MAX_BODY_BYTES);
    const result = await completeUpload(signer, c, upload, body);
    if (upload.multipart) waitUntilOf(c)(abortOrphansQuietly(signer, [upload]));
    return c.json<Result>(result);
  };
}
