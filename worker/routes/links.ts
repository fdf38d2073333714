/** `POST /uploads/links`: links to read many complete uploads of the caller's, in one request. */
import { uploadOfRecord } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { slotsOf } from '../http/slots.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { uploadNotComplete } from '../refusals.ts';
import type { LinksAnswer } from '../protocol.ts';
import { LinksBody } from '../protocol/schemas.ts';
import { linkTo } from '../upload/link.ts';
import { isReadable } from '../upload/stored.ts';

export function linksRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { ids, disposition = 'attachment' } = await readBody(c.req.raw, LinksBody);
    await c.get('countFiles')?.(ids.length);
    c.get('line')['files'] = ids.length;
    const links = await slotsOf(
      signer.log,
      ids.map((id) => ({ id })),
      async ({ id }) => {
        const { upload, state } = await uploadOfRecord(signer, c, id);
        if (!(await isReadable(signer, upload, state))) throw uploadNotComplete();
        return { id, ...(await linkTo(signer, upload, disposition)) };
      },
    );
    return c.json<LinksAnswer>({ links });
  };
}
