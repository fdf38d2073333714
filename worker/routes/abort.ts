/** `DELETE /uploads/:id`: aborts an upload; removes a complete one where the policy lets. */
import { uploadOfOwner } from '../upload/access.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { discard } from '../upload/discard.ts';
import { ProblemError } from '../problem.ts';
import { objectOf } from '../upload/stored.ts';

export function abortRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    if (entry?.state === 'aborted') return c.body(null, 204);
    const open = entry?.state !== 'complete';
    if (open && (await discard(signer, upload, waitUntilOf(c)))) return c.body(null, 204);

    if (!c.get('rules').removable) {
      throw new ProblemError('conflict', 'The upload is complete, and is kept.');
    }
    // Under its key may lie an object of another upload by now.
    if (await objectOf(signer, upload)) await signer.store.remove(upload.key);
    await signer.ledger.remove(upload.owner, upload.id);
    return c.body(null, 204);
  };
}
