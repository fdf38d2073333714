/** Discards uploads that are not complete. */
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { mayBeShared } from '../../object/key.ts';
import { askerOf } from '../../policy/quota.ts';
import { isByForm, type Upload } from '../upload.ts';
import { abortOrphans } from './orphans.ts';
import { findObject } from '../stored.ts';
import { removeTail } from '../tail.ts';

/**
 * When to remove the object of a form. `always`: unless its upload is known to be complete. `proven`: only
 * if its upload is known not to be complete, because KV may not yet know that it was completed.
 */
export type Removal = 'always' | 'proven';

/**
 * Removes an upload that is not complete from the store, and records that it was aborted.
 *
 * @returns false if there is an object that is complete or may be. It is kept, and nothing is recorded.
 */
export async function discardUpload(
  signer: Signer,
  upload: Upload,
  waitUntil: WaitUntil,
  removal: Removal,
  entry?: Entry,
): Promise<boolean> {
  const asker = await askerOf(signer, upload.owner);
  const usableUntil = usableUntilOf(upload, asker.now);
  const cancelled = await signer.reservations.cancel(asker, upload.id, usableUntil);
  if (cancelled === 'complete') return false;
  const mayRemove = removal === 'always' || cancelled === 'cancelled';
  if (upload.multipart) await abortOrphans(signer, [upload]);
  if (!(await removeFromStore(signer, upload, mayRemove))) return false;
  await signer.ledger.put(abortedEntry(signer, upload, asker.now, entry?.limits), waitUntil);
  signer.emit({ type: 'aborted', upload }, waitUntil);
  return true;
}

/**
 * The record of a cancelled upload.
 *
 * @param now seconds since the epoch.
 * @param limits those that its Create met.
 */
export function abortedEntry(
  { rules }: Pick<Signer, 'rules'>,
  upload: Upload,
  now: number,
  limits: Entry['limits'],
): Entry {
  const isSweptAgain = isByForm(upload) && (limits !== undefined || rules.removable);
  return {
    state: 'aborted',
    upload,
    ...(limits && { limits }),
    ...(isSweptAgain && { sweepAt: usableUntilOf(upload, now) }),
  };
}

/** A form can still be used. URLs of parts stop working with the abort. */
function usableUntilOf(upload: Upload, now: number): number {
  return isByForm(upload) ? Math.min(upload.expiresAt, now + upload.urlSeconds) : now;
}

/**
 * Removes what the store has of this upload, and leaves other uploads under the same key alone; they
 * may belong to another file with the same id.
 *
 * @returns false if an object stays. One made of parts is complete; that of a form is removed if `mayRemove`.
 */
export async function removeFromStore(
  signer: Signer,
  upload: Upload,
  mayRemove = true,
): Promise<boolean> {
  if (upload.multipart) {
    await signer.store.abortMultipart(upload.key, upload.multipart.uploadId);
    await removeTail(signer, upload);
    return !(await findObject(signer, upload));
  }
  if (!(await findObject(signer, upload))) return true;
  return mayRemove && (await removeObject(signer, upload));
}

/**
 * Removes the object of an upload that is not complete, unless other uploads may share it: then its
 * key is made of its checksum, and its bytes are right.
 *
 * @returns whether it was removed.
 */
export async function removeObject(
  { store, keyTemplate }: Signer,
  { key }: Upload,
): Promise<boolean> {
  if (mayBeShared(keyTemplate)) return false;
  await store.remove(key);
  return true;
}
