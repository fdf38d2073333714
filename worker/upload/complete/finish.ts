/** Runs what follows a complete upload, once: the hook, the record and the event. */
import type { Signer } from '../../context.ts';
import { answerOf } from '../../hooks.ts';
import type { WaitUntil } from '../../ledger/ledger.ts';
import { finishReservation } from '../../policy/quota.ts';
import { ProblemError } from '../../problem.ts';
import { cancelledUpload, forgottenByStore } from '../../refusals.ts';
import type { Result } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { isByForm, withSize, type Upload } from '../upload.ts';
import { resultOf } from '../stored.ts';

/**
 * Calls the `finalize` hook, records that the upload is complete, and emits the event. This happens
 * once, by the isolate's memory and by the ledger; only if two Completes reach two locations within a
 * minute may both do it.
 *
 * @throws ProblemError the hook's own, or `store_unavailable` if the hook failed; then try again.
 */
export async function finishUpload(
  signer: Signer,
  waitUntil: WaitUntil,
  original: Upload,
  object: StoredObject,
): Promise<Result> {
  const upload = withSize(original, object.bytes);
  const result = resultOf(upload, object);
  const { owner, id } = upload;
  await signer.runOnce(`${owner} ${id} ${result.etag} ${result.completedAt}`, async () => {
    const entry = await signer.ledger.get(owner, id);
    if (entry?.state === 'complete' && entry.result?.etag === result.etag) return;
    // An object of parts proves that the upload was completed, even if it was cancelled since.
    if (!(await finishReservation(signer, upload, !isByForm(upload)))) {
      throw cancelledUpload();
    }
    await finalize(signer, upload, result);
    await signer.ledger.put({ state: 'complete', upload, result }, waitUntil);
    signer.emit({ type: 'completed', upload, result }, waitUntil);
  });
  return result;
}

async function finalize({ hooks, log }: Signer, upload: Upload, result: Result): Promise<void> {
  const detail = 'The file is stored, but the finalize hook failed; try again.';
  await answerOf(log, 'finalize', () => hooks.finalize?.(upload, result), detail);
}

/**
 * The result from the record, for an object that is not under its key: it was moved, or it never came.
 *
 * @throws ProblemError `expired` or `incomplete` if there is no recorded result.
 */
export async function recordedResult(signer: Signer, upload: Upload): Promise<Result> {
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.result) return entry.result;
  if (upload.multipart) throw forgottenByStore();
  throw new ProblemError('incomplete', 'The store does not have the object; send it again.');
}
