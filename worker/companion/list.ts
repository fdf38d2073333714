/** `GET /s3/multipart/:uploadId`: all parts that the store has. */
import { rulesFor } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { uploadOf } from './upload-of.ts';

export function listRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, uploadId } = await uploadOf(signer, c);
    await rulesFor(signer, c, upload, 'sign');
    const { store } = signer;
    // If the store cannot list parts, the client gets an empty list and correctly sends all of them
    // again.
    const parts = store.profile.listParts ? await store.listParts(upload.key, uploadId) : [];
    return c.json(
      parts.map(({ number, etag, bytes }) => ({
        PartNumber: number,
        ETag: `"${etag}"`,
        Size: bytes,
      })),
    );
  };
}
