/** `GET /uploads/:id/file`: a short-lived link to read a complete upload. */
import { uploadOfOwner } from '../upload/access.ts';
import { parse } from '../http/body.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { contentDisposition, mayShowInline } from '../object/disposition.ts';
import { ProblemError } from '../problem.ts';
import type { FileAnswer } from '../protocol.ts';
import { FileQuery } from '../protocol/schemas.ts';
import { isReadable } from '../upload/stored.ts';
import type { Upload } from '../upload/upload.ts';

export function fileRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { disposition = 'attachment' } = parse(FileQuery, c.req.query());
    const { upload, entry } = await uploadOfOwner(signer, c);
    if (!(await isReadable(signer, upload, entry?.state))) {
      throw new ProblemError('not_found', 'The upload is not complete.');
    }
    return linkAnswer(signer, c, upload, disposition);
  };
}

/** A link to the object, as JSON if the caller accepts it, otherwise as a redirect. */
export async function linkAnswer(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  disposition: 'inline' | 'attachment',
): Promise<Response> {
  const inline = disposition === 'inline' && mayShowInline(upload.type, signer.inlineTypes);
  const { url, expiresIn } = await signer.store.presignGet(upload.key, {
    disposition: contentDisposition(inline ? 'inline' : 'attachment', upload.name),
    contentType: upload.type,
    expiresIn: signer.linkSeconds,
  });
  c.header('referrer-policy', 'no-referrer');
  if (!/\bapplication\/json\b/.test(c.req.header('accept') ?? '')) return c.redirect(url, 302);
  return c.json<FileAnswer>({ url, expiresIn });
}
