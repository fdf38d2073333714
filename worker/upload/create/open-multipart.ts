/** Opens the multipart upload of a draft on the store. */
import type { Signer, SignerContext } from '../../context.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { OpenedUpload, Store } from '../../s3/store.ts';
import { attributesOf, type Upload } from '../upload.ts';
import { assertVerifiable } from '../verify/proof.ts';

/** A draft, and the multipart upload that it has now. */
interface Opened {
  /** Its checksum algorithm is the one that the store has accepted. */
  readonly draft: Upload;
  readonly multipart: OpenedUpload;
}

/** Stores that have refused the checksum of their profile since this isolate began. */
const refusing = new WeakSet<Store>();

/**
 * Begins the upload with its checksum algorithm or, if the store refuses that, with the fallback of the
 * profile. The log says so, and how to spare the store the first try.
 *
 * @throws StoreError, or ProblemError `invalid_request` if the announced checksum of the whole file
 *   could not be verified with the fallback.
 */
export async function openMultipart(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
): Promise<Opened> {
  const { store, fallbackChecksum } = signer;
  const open = async (one: Upload): Promise<Opened> => ({
    draft: one,
    multipart: await store.createMultipart(one.key, attributesOf(one)),
  });
  const canFallBack = fallbackChecksum !== null && draft.checksum === signer.checksum;
  if (canFallBack && refusing.has(store)) return open(withChecksum(signer, draft));
  try {
    return await open(draft);
  } catch (error) {
    const isRefused = isStoreError(error, 'unsupported') || isStoreError(error, 'rejected');
    if (!canFallBack || !isRefused) throw error;
    const opened = await open(withChecksum(signer, draft));
    refusing.add(store);
    const cure = `set CHECKSUM=${fallbackChecksum}`;
    c.get('log').warn('checksum_refused', { checksum: draft.checksum, code: error.code, cure });
    return opened;
  }
}

/** The draft with the fallback, without what is known by the other algorithm alone. */
function withChecksum(signer: Signer, draft: Upload): Upload {
  const upload = { ...draft, checksum: signer.fallbackChecksum };
  delete upload.fileChecksum;
  const { announced } = upload;
  if (announced) assertVerifiable(signer, upload, false, announced.algorithm, 'checksum');
  return upload;
}
