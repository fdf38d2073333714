/** Removes an object that is not called complete, and never will be. */
import type { Signer } from '../../context.ts';
import type { WaitUntil } from '../../ledger/ledger.ts';
import { askerOf } from '../../policy/quota.ts';
import { removeObject } from '../end/discard.ts';
import type { Upload } from '../upload.ts';

/**
 * Removes the object and records why, so that a repeated Complete is answered the same. An upload
 * that is known to be complete keeps its object: then only this request was wrong.
 *
 * @param reason `mismatch`: its checksum is wrong. `cancelled`: its owner wants it no more.
 * @returns whether the upload was rejected. An object that other uploads may share stays.
 */
export async function rejectObject(
  signer: Signer,
  waitUntil: WaitUntil,
  upload: Upload,
  reason: 'mismatch' | 'cancelled' = 'mismatch',
): Promise<boolean> {
  const { ledger, reservations, log } = signer;
  const entry = await ledger.get(upload.owner, upload.id);
  if (entry?.state === 'complete') return false;
  const asker = await askerOf(signer, upload.owner);
  if ((await reservations.cancel(asker, upload.id, asker.now)) === 'complete') return false;
  if (await removeObject(signer, upload)) {
    log.warn('object_removed', { upload: upload.id, reason });
  }
  const isWrong = reason === 'mismatch';
  await ledger.put({ state: 'aborted', upload, ...(isWrong && { mismatch: true }) }, waitUntil);
  signer.emit({ type: 'aborted', upload }, waitUntil);
  return true;
}
