/** `GET /uploads/:id`: the upload's state, and the parts that the store has. */
import { uploadOfOwner } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import type { UploadStatusAnswer } from '../protocol.ts';
import { storeExpiryOf } from '../upload/life.ts';
import { isoOf } from '../util/iso-time.ts';
import { stateOf } from '../upload/state.ts';
import { storedParts, resultOf, inspectStore } from '../upload/stored.ts';
import { planOf } from '../upload/upload.ts';

export function statusRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    const isKnown = entry?.result !== undefined || entry?.state === 'verifying';
    const stored = isKnown ? undefined : await inspectStore(signer, upload);
    const object = stored?.kind === 'object' ? stored.object : undefined;
    const result = entry?.result ?? (object && resultOf(upload, object));
    const state = stateOf(upload, entry, stored, signer.now());
    return c.json<UploadStatusAnswer>({
      id: upload.id,
      key: upload.key,
      name: upload.name,
      ...(upload.path !== undefined && { path: upload.path }),
      type: upload.type,
      state,
      bytes: upload.bytes,
      plan: planOf(upload),
      checksum: upload.checksum,
      parts: storedParts(upload, stored),
      createdAt: isoOf(upload.createdAt),
      expiresAt: isoOf(upload.expiresAt),
      storeExpiresAt: storeExpiryOf(signer, upload),
      ...(state === 'verifying' && { verifiedBytes: entry?.verifying?.verifiedBytes ?? 0 }),
      ...(state === 'complete' && result && { result }),
    });
  };
}
