/** `POST /uploads/:id/sign`: signs a batch of parts, by what the token says. */
import { assertNotCancelled, rulesFor, uploadOfToken } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { isCounted } from '../policy/quota.ts';
import type { SignAnswer } from '../protocol.ts';
import { extendUpload, renewalOf } from '../upload/life.ts';
import { assertNotStored, signParts } from '../upload/sign-parts.ts';
import { SignBody } from '../protocol/schemas.ts';

export function signRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const { parts, stored } = await readBody(c.req.raw, SignBody);
    const rules = await rulesFor(signer, c, upload, 'sign');
    if (isCounted(rules)) await assertNotCancelled(signer, upload);
    await assertNotStored(signer, upload);
    const extended = upload.multipart && (await extendUpload(signer, c, rules, upload));
    const answer = await signParts(signer, extended ?? upload, parts);
    c.get('line')['parts'] = parts.length;
    if (stored?.length && !signer.store.profile.listParts) {
      await signer.ledger.addReceipts(extended ?? upload, stored);
    }
    return c.json<SignAnswer>({ ...answer, ...(await renewalOf(signer, extended)) });
  };
}
