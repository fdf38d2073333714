/** `DELETE /uploads/:id`: aborts an upload; removes a complete one where the policy lets. */
import { uploadOfOwner } from '../upload/access.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { discard } from '../upload/end/discard.ts';
import { askerOf } from '../policy/quota.ts';
import { ProblemError } from '../problem.ts';
import { objectOf } from '../upload/stored.ts';
import { rejectObject } from '../upload/verify/reject.ts';

export function abortRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    // Under this id another file may have been begun by somebody else with the same token.
    const own = entry?.upload.mark === upload.mark ? entry : undefined;
    if (own?.state === 'aborted') return c.body(null, 204);
    const { removable } = c.get('rules');
    const removal = removable ? 'always' : 'proven';
    const isVerifying = own?.state === 'verifying';
    if (isVerifying && (await rejectObject(signer, waitUntilOf(c), upload, 'cancelled'))) {
      return c.body(null, 204);
    }
    const isOpen = own?.state !== 'complete';
    if (isOpen && (await discard(signer, upload, waitUntilOf(c), removal, own))) {
      return c.body(null, 204);
    }

    if (!removable) {
      throw new ProblemError(
        'conflict',
        'The file has arrived and is kept: only with REMOVABLE=on can it be deleted.',
      );
    }
    // Under its key may lie an object of another upload by now.
    if (await objectOf(signer, upload)) await signer.store.remove(upload.key);
    await signer.reservations.release(await askerOf(signer, upload.owner), upload.id);
    await signer.ledger.remove(upload.owner, upload.id);
    return c.body(null, 204);
  };
}
