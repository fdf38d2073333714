/** `GET /uploads/:id/file` and `POST /uploads/links`: links to read complete uploads. */
import * as v from 'valibot';
import { readBody, parse } from '../http/body.ts';
import { slotsOf } from '../http/slots.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import type { FileAnswer, LinksAnswer } from '../protocol.ts';
import { FileQuery, LinksBody, UploadId } from '../protocol/schemas.ts';
import { uploadNotComplete } from '../refusals.ts';
import { uploadOfOwner, uploadOfRecord } from '../upload/access.ts';
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

/** Many at once, each answered in its own slot. */
export function linksRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { ids, disposition = 'attachment' } = await readBody(c.req.raw, LinksBody);
    await c.get('countFiles')?.(ids.length);
    c.get('line')['files'] = ids.length;
    const entries = ids.map((id) => ({ id }));
    const links = await slotsOf(c, entries, async ({ id }) => {
      const { upload, state } = await uploadOfRecord(signer, c, id);
      if (!(await isReadable(signer, upload, state))) throw uploadNotComplete();
      return { id, ...(await linkTo(signer, upload, disposition)) };
    });
    return c.json<LinksAnswer>({ links });
  };
}

const Link = v.object({
  ...FileQuery.entries,
  id: UploadId,
  /** Identifies the owner to the Worker only. Older links contain the plain hash of the owner. */
  of: v.pipe(v.string(), v.regex(/^([0-9a-f]{32}|[\w-]{80})$/)),
});

const OLD_LINK = /^[0-9a-f]{32}$/;

/**
 * `GET /uploads/:id/file?of=…`: a file that its policy lets anyone read, by its link alone. Leaves to
 * the next route what is no public file: there the owner may be asked for.
 */
export function publicFileRoute(signer: Signer): SignerHandler {
  return async (c, next) => {
    const link = v.safeParse(Link, { ...c.req.query(), id: c.req.param('id') });
    if (!link.success) return next();
    const { of, id } = link.output;
    const ownerHash = OLD_LINK.test(of) ? of : await signer.tokens.openLink(of, id);
    if (ownerHash === undefined) return next();
    const entry = await signer.ledger.getByHash(ownerHash, id);
    // An old link opens only an upload that was made with one.
    const isPublic = entry?.state === 'complete' && entry.upload.public === of;
    if (!isPublic || !(await isReadable(signer, entry.upload, entry.state))) return next();
    return linkAnswer(signer, c, entry.upload, link.output.disposition ?? 'inline');
  };
}

/** A link to the object: as JSON if that is accepted, otherwise as a redirect. */
async function linkAnswer(
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
