/** `GET /uploads/:id`: the upload's state, and the parts that the store holds. */
import { uploadOfOwner } from '../upload/access.ts';
import type { Signer, SignerHandler } from '../context.ts';
import type { Entry } from '../ledger.ts';
import type { UploadState, UploadStatusAnswer } from '../protocol.ts';
import { partsOf, resultOf, storedOf, type Stored } from '../upload/stored.ts';
import { planOf, type Upload } from '../upload.ts';

export function statusRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { upload, entry } = await uploadOfOwner(signer, c);
    const stored = entry?.result ? undefined : await storedOf(signer, upload);
    const object = stored?.kind === 'object' ? stored.object : undefined;
    const result = entry?.result ?? (object && resultOf(upload, object));
    const state = stateOf(signer, upload, entry, stored);
    return c.json<UploadStatusAnswer>({
      id: upload.id,
      key: upload.key,
      name: upload.name,
      type: upload.type,
      state,
      bytes: upload.bytes,
      plan: planOf(upload),
      checksum: upload.checksum,
      parts: partsOf(upload, stored),
      createdAt: new Date(upload.createdAt * 1000).toISOString(),
      expiresAt: new Date(upload.expiresAt * 1000).toISOString(),
      ...(state === 'complete' && result && { result }),
    });
  };
}

function stateOf(
  signer: Signer,
  upload: Upload,
  entry: Entry | undefined,
  stored: Stored | undefined,
): UploadState {
  if (entry && entry.state !== 'open') return entry.state;
  // An object made of parts is there because somebody has completed it.
  if (stored?.kind === 'object' && upload.multipart) return 'complete';
  const over = upload.expiresAt * 1000 <= signer.now();
  return over || stored?.kind === 'gone' ? 'expired' : 'open';
}
