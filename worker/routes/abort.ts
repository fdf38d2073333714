/** `DELETE /uploads/:id`: aborts an upload, or removes a complete one if the policy allows it. */
import { uploadOfOwner } from '../upload/access.ts';
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { removeUpload } from '../upload/end/remove.ts';
import { ProblemError } from '../problem.ts';
import { rejectObject } from '../upload/verify/reject.ts';

export function abortRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    // Somebody else with the same token may have begun another file with this id.
    const ownEntry = entry?.upload.mark === upload.mark ? entry : undefined;
    if (ownEntry?.state === 'aborted') return c.body(null, 204);
    const { removable } = c.get('rules');
    const removal = removable ? 'always' : 'proven';
    const isVerifying = ownEntry?.state === 'verifying';
    if (isVerifying && (await rejectObject(signer, waitUntilOf(c), upload, 'cancelled'))) {
      return c.body(null, 204);
    }
    const isOpen = ownEntry?.state !== 'complete';
    if (isOpen && (await discardUpload(signer, upload, waitUntilOf(c), removal, ownEntry))) {
      return c.body(null, 204);
    }

    if (!removable) {
      throw new ProblemError(
        'conflict',
        'The upload is complete; set REMOVABLE=on to allow deletion.',
      );
    }
    await removeUpload(signer, c, upload);
    return c.body(null, 204);
  };
}
