/** `GET /s3/multipart/:uploadId`: the parts that the store holds, all of them. */
import { rulesFor } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { uploadOf } from './upload-of.ts';

export function listRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, uploadId } = await uploadOf(signer, c);
    await rulesFor(signer, c, upload, 'sign');
    const { store } = signer;
    // Where they cannot be listed none are there: the client sends them all again, which is right.
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
