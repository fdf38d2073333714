/** Removes complete uploads. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { askerOf } from '../../policy/quota.ts';
import { findObject } from '../stored.ts';
import { isExpired } from '../state.ts';
import { isByForm, type Upload } from '../upload.ts';

const UNLIMITED = { maxOpen: null, maxTotalBytes: null, maxPerGrant: null };

/**
 * Removes the object of a complete upload, and forgets the upload. One that came by a form is recorded as
 * cancelled instead: until its form has ended, the form can store the file again. It counts as long, and
 * the upkeep looks for the file then.
 */
export async function removeUpload(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
): Promise<void> {
  const { ledger, reservations, store } = signer;
  // The key may have an object of another upload by now.
  if (await findObject(signer, upload)) await store.remove(upload.key);
  const asker = await askerOf(signer, upload.owner);
  await reservations.release(asker, upload.id);
  if (!isByForm(upload) || isExpired(upload, signer.now())) {
    return ledger.remove(upload.owner, upload.id);
  }
  const usableUntil = Math.min(upload.expiresAt, asker.now + upload.urlSeconds);
  await c.get('quota')?.take(UNLIMITED, upload, 'create');
  await reservations.cancel(asker, upload.id, usableUntil);
  await ledger.put({ state: 'aborted', upload, sweepAt: usableUntil }, waitUntilOf(c));
}
