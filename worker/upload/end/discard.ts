/** Throws uploads away. */
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { askerOf } from '../../policy/quota.ts';
import { isByForm, type Upload } from '../upload.ts';
import { abortOthers } from './orphans.ts';
import { objectOf } from '../stored.ts';
import { removeTail } from '../../chunked/tail.ts';

/**
 * `always`: the object of a form is removed unless it is known to be complete. `proven`: only where
 * it is known not to be, because KV may not know yet that it was completed.
 */
export type Removal = 'always' | 'proven';

/**
 * Takes from the store what there is of an upload that is not complete. False where there is an
 * object that is complete, or may be: then it is kept, and nothing is said to have been aborted.
 */
export async function discard(
  signer: Signer,
  upload: Upload,
  waitUntil: WaitUntil,
  removal: Removal,
  entry?: Entry,
): Promise<boolean> {
  const asker = await askerOf(signer, upload.owner);
  // A form may still be used. URLs of parts end with the abort.
  const usableUntil = isByForm(upload)
    ? Math.min(upload.expiresAt, asker.now + upload.urlSeconds)
    : asker.now;
  const known = await signer.reservations.cancel(asker, upload.id, usableUntil);
  if (known === 'complete') return false;
  const mayRemove = removal === 'always' || known === 'cancelled';
  if (upload.multipart) await abortOthers(signer, [upload]);
  if (!(await takeFromStore(signer, upload, mayRemove))) return false;
  const limits = entry?.limits;
  const looksAgain = isByForm(upload) && (limits !== undefined || signer.rules.removable);
  await signer.ledger.put(
    {
      state: 'aborted',
      upload,
      ...(limits && { limits }),
      ...(looksAgain && { sweepAt: usableUntil }),
    },
    waitUntil,
  );
  signer.emit({ type: 'aborted', upload }, waitUntil);
  return true;
}

/**
 * Leaves other uploads under the same key alone, which may be those of another file with the same id.
 *
 * @returns false where an object stays: one made of parts is complete, that of a form as `mayRemove` says.
 */
export async function takeFromStore(
  signer: Signer,
  upload: Upload,
  mayRemove = true,
): Promise<boolean> {
  if (upload.multipart) {
    await signer.store.abortMultipart(upload.key, upload.multipart.uploadId);
    await removeTail(signer, upload);
    return !(await objectOf(signer, upload));
  }
  if (!(await objectOf(signer, upload))) return true;
  if (mayRemove) await signer.store.remove(upload.key);
  return mayRemove;
}
