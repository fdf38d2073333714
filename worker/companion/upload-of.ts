/**
 * Which upload a request is about. Companion's clients keep `uploadId` and `key` and send them back
 * as they got them, so the id is our own token: a segment of a path of some 700 characters, 7,000 at
 * most with the longest names that there are, and Workers take 16 KB of URL.
 */
import { openMine } from '../upload/access.ts';
import type { Signer, SignerContext } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { noSuchUpload } from '../refusals.ts';
import type { Upload } from '../upload.ts';
import { refuse } from './refusal.ts';

/** An upload in parts of a client of Companion's; `uploadId` is the store's. */
export interface InParts {
  readonly upload: Upload;
  readonly uploadId: string;
}

/**
 * The upload that the path and the `key` of the query name together.
 *
 * @throws ProblemError `invalid_request` without a key, `forbidden` for another one's,
 *   `unauthenticated`, `expired` and `not_found` as upload tokens do.
 */
export async function uploadOf(signer: Signer, c: SignerContext): Promise<InParts> {
  const key = c.req.query('key');
  if (!key) {
    return refuse(
      's3: the object key must be passed as a query parameter. For example: "?key=abc.jpg"',
    );
  }
  const upload = await openMine(signer, c, c.req.param('uploadId') ?? '');
  c.get('line')['upload'] = upload.id;
  if (!upload.unsized || !upload.multipart) throw noSuchUpload();
  if (upload.key !== key) throw new ProblemError('forbidden', 'The key belongs to another upload.');
  return { upload, uploadId: upload.multipart.uploadId };
}
