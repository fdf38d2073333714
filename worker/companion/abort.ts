/** `DELETE /s3/multipart/:uploadId`: cancels an upload in parts. */
import { waitUntilOf, type Signer, type SignerHandler } from '../context.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { ProblemError } from '../problem.ts';
import { findObject } from '../upload/stored.ts';
import { uploadOf } from './upload-of.ts';

export function abortRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload } = await uploadOf(signer, c);
    // Uppy 5 aborts whatever failed, even an upload that is complete but whose last answer was
    // lost.
    if (await findObject(signer, upload)) {
      throw new ProblemError('conflict', 'The upload is complete and cannot be cancelled.');
    }
    await discardUpload(signer, upload, waitUntilOf(c), 'proven');
    return c.json({});
  };
}
