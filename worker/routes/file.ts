/** `GET /uploads/:id/file`: a short-lived link to read a complete upload. */
import { uploadOfOwner } from '../upload/access.ts';
import { parse } from '../http/body.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { uploadNotComplete } from '../refusals.ts';
import type { FileAnswer } from '../protocol.ts';
import { FileQuery } from '../protocol/schemas.ts';
import { linkTo } from '../upload/link.ts';
import { isReadable } from '../upload/stored.ts';
import type { Upload } from '../upload/upload.ts';

export function fileRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { disposition = 'attachment' } = parse(FileQuery, c.req.query());
    const { upload, entry } = await uploadOfOwner(signer, c);
    if (!(await isReadable(signer, upload, entry?.state))) throw uploadNotComplete();
    return linkAnswer(signer, c, upload, disposition);
  };
}

/** A link to the object, as JSON where that is asked for, else as a redirect. */
export async function linkAnswer(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  disposition: 'inline' | 'attachment',
): Promise<Response> {
  const link = await linkTo(signer, upload, disposition);
  c.header('referrer-policy', 'no-referrer');
  if (!/\bapplication\/json\b/.test(c.req.header('accept') ?? '')) return c.redirect(link.url, 302);
  return c.json<FileAnswer>(link);
}
