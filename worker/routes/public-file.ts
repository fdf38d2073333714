/** `GET /uploads/:id/file?of=…`: a public file, which anyone with its link may read. */
import * as v from 'valibot';
import type { Signer, SignerHandler } from '../context.ts';
import { FileQuery, UploadId } from '../protocol/schemas.ts';
import { isReadable } from '../upload/stored.ts';
import { linkAnswer } from './file.ts';

const Link = v.object({
  ...FileQuery.entries,
  id: UploadId,
  /** Identifies the owner to the Worker only. Older links contain the plain hash of the owner. */
  of: v.pipe(v.string(), v.regex(/^([0-9a-f]{32}|[\w-]{80})$/)),
});

const OLD_LINK = /^[0-9a-f]{32}$/;

/** Passes requests for other files on to the next route, which identifies the caller. */
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
