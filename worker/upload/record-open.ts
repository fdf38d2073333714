/** Writes the record of an open upload, and never that of an upload that has ended meanwhile. */
import { outliving, type Signer } from '../context.ts';
import type { Entry, WaitUntil } from '../ledger/ledger.ts';
import type { Tries } from '../ledger/writer.ts';
import { askerOf } from '../policy/quota.ts';
import { abortedEntry } from './end/discard.ts';

/**
 * Extends the upload's reservation to the end that `entry` has, and writes the record. Another request
 * may cancel or complete the upload at any moment in between, and KV has no transactions. Exact
 * reservations know, so they are asked before and after; without them, this isolate knows what it has
 * ended itself (`Ledger.amend`).
 *
 * @returns whether the record was written and the upload is still open.
 * @throws ProblemError `store_unavailable` if the reservations cannot be reached.
 */
export function recordOpen(
  signer: Signer,
  entry: Entry & { readonly state: 'open' },
  waitUntil: WaitUntil,
  tries?: Tries,
): Promise<boolean> {
  const { ledger, reservations } = signer;
  const { upload, limits } = entry;
  const record = async (): Promise<boolean> => {
    const asker = await askerOf(signer, upload.owner);
    const extend = () => reservations.extend(asker, upload.id, upload.expiresAt);
    if ((await extend()) !== 'open') return false;
    const isWritten = await ledger.amend(entry, waitUntil, tries);
    const state = isWritten && reservations.exact ? await extend() : 'open';
    if (state === 'open') return isWritten;
    // The record of the end may be lost. The upkeep completes again what is complete.
    const end =
      state === 'cancelled'
        ? abortedEntry(signer, upload, asker.now, limits)
        : { ...entry, sweepAt: asker.now };
    await ledger.amend(end, waitUntil);
    return false;
  };
  // A client that goes away must not leave an ended upload open.
  return outliving(waitUntil, record());
}
