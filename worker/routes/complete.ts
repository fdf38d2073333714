/** `POST /uploads/:id/complete`: completes an upload. The call may be repeated. */
import { assertSized, uploadOfOwner, uploadOfToken } from '../upload/access.ts';
import { isForm, parse, readBody, readForm } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { completeUpload } from '../upload/complete/complete.ts';
import { abortOrphansQuietly } from '../upload/end/orphans.ts';
import { isVerifying, type CompleteBody, type Result, type Verifying } from '../protocol.ts';
import { TOKEN_HEADER } from '../protocol/simple-body.ts';
import { CompleteBody as CompleteSchema, PlainCompleteBody } from '../protocol/schemas.ts';

/** Size of ten thousand receipts with their ETags and checksums. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = c.req.header(TOKEN_HEADER)
      ? await uploadOfToken(signer, c, 'at-any-time')
      : (await uploadOfOwner(signer, c)).upload;
    assertSized(upload);
    const body = await bodyOf(c.req.raw);
    const answer = await completeUpload(signer, c, upload, body);
    if (isVerifying(answer)) {
      return c.json<Verifying>(answer, 202, { 'retry-after': String(answer.retryAfter) });
    }
    if (upload.multipart) waitUntilOf(c)(abortOrphansQuietly(signer, [upload]));
    return c.json<Result>(answer);
  };
}

/** The smallest clients send nothing, or the ETag of their one part as a form. */
async function bodyOf(request: Request): Promise<CompleteBody> {
  // A POST of `fetch` without a body says that it has no bytes, and comes with an empty stream.
  if (!request.body || request.headers.get('content-length') === '0') return {};
  if (!isForm(request)) return readBody(request, CompleteSchema, MAX_BODY_BYTES);
  const { etag } = parse(PlainCompleteBody, await readForm(request));
  return { parts: [{ number: 1, etag }] };
}
