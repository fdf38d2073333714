/** Throws uploads away. */
import type { Signer } from '../context.ts';
import type { WaitUntil } from '../ledger.ts';
import type { Upload } from '../upload.ts';
import { abortOthers } from './others.ts';
import { objectOf } from './stored.ts';

/**
 * Takes from the store what there is of an upload that is not complete. False where a Complete was
 * faster: then there is an object, it is kept, and nothing is said to have been aborted.
 */
export async function discard(
  signer: Signer,
  upload: Upload,
  waitUntil: WaitUntil,
): Promise<boolean> {
  if (upload.multipart) {
    await signer.store.abortMultipart(upload.key, upload.multipart.uploadId);
    await abortOthers(signer, [upload]);
    if (await objectOf(signer, upload)) return false;
  } else if (await objectOf(signer, upload)) {
    await signer.store.remove(upload.key);
  }
  await signer.ledger.put({ state: 'aborted', upload }, waitUntil);
  signer.emit({ type: 'aborted', upload }, waitUntil);
  return true;
}
