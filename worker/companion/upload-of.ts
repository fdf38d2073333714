/**
 * Finds the upload that a request is about. Companion's clients keep `uploadId` and `key` and send
 * them back unchanged, so the id is our own token: a path segment of about 700 characters, and of
 * 7,000 at most with the longest possible names. Workers accept URLs of 16 KB.
 */
import { openOwnUpload, type TokenUse } from '../upload/access.ts';
import type { Signer, SignerContext } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { noSuchUpload } from '../refusals.ts';
import type { Upload } from '../upload/upload.ts';
import { refuse } from './refusal.ts';

/** An upload in parts of a Companion client; `uploadId` is the store's. */
export interface InParts {
  readonly upload: Upload;
  readonly uploadId: string;
}

/**
 * The upload that the path and the query's `key` identify together.
 *
 * @throws ProblemError `invalid_request` without a key, `forbidden` for another upload's key,
 *   `unauthenticated`, `expired` and `not_found` as upload tokens do.
 */
export async function uploadOf(signer: Signer, c: SignerContext, use?: TokenUse): Promise<InParts> {
  const key = c.req.query('key');
  if (!key) {
    return refuse(
      's3: the object key must be passed as a query parameter. For example: "?key=abc.jpg"',
    );
  }
  const upload = await openOwnUpload(signer, c, c.req.param('uploadId') ?? '', use);
  c.get('line')['upload'] = upload.id;
  if (!upload.unsized || !upload.multipart || upload.chunked) throw noSuchUpload();
  if (upload.key !== key) throw new ProblemError('forbidden', 'The key belongs to another upload.');
  return { upload, uploadId: upload.multipart.uploadId };
}
