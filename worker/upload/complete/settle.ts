/** What follows a complete upload: the hook, the record, the event, once. */
import type { Signer } from '../../context.ts';
import { answerOf } from '../../hooks.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { finishReservation } from '../../policy/quota.ts';
import { ProblemError } from '../../problem.ts';
import { cancelledUpload, forgottenByStore, wrongChecksum } from '../../refusals.ts';
import type { FileChecksum, Result, VerifiedChecksum } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { isByForm, sized, type Upload } from '../upload.ts';
import { resultOf } from '../stored.ts';

/**
 * Asks the `finalize` hook, remembers that the upload is complete, and tells; once, by this
 * isolate's memory, else by the ledger's. Only two Completes that reach two places within a minute
 * can both be the first.
 *
 * @param entry the upload's record, if there is one.
 * @param verified the checksum of the whole file, if one was to hold.
 * @throws ProblemError what the hook says, else `store_unavailable`, so that it is asked again.
 */
export async function settle(
  signer: Signer,
  waitUntil: WaitUntil,
  begun: Upload,
  object: StoredObject,
  entry: Entry | undefined,
  verified?: VerifiedChecksum,
): Promise<Result> {
  if (entry?.state === 'complete' && entry.result?.etag === object.etag) return entry.result;
  const upload = sized(begun, object.bytes);
  const result = resultOf(upload, object, verified);
  const { owner, id } = upload;
  await signer.once(`${owner} ${id} ${result.etag} ${result.completedAt}`, async () => {
    // An object of parts exists because somebody has completed it, whatever was cancelled since.
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

/** The object has been moved since, or it never came. */
export async function remembered(
  signer: Signer,
  upload: Upload,
  wanted?: FileChecksum,
): Promise<Result> {
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.mismatch) throw wrongChecksum(wanted?.algorithm ?? 'checksum');
  if (entry?.result) {
    assertResult(entry.result, wanted);
    return entry.result;
  }
  if (upload.multipart) throw forgottenByStore();
  throw new ProblemError('incomplete', 'The store does not have the object; send it again.');
}

/**
 * Whether a finished upload's result has the checksum that is asked for now.
 *
 * @throws ProblemError `checksum_mismatch` if it has another value, `conflict` if it has none by
 *   this algorithm.
 */
export function assertResult(result: Result, wanted: FileChecksum | undefined): void {
  if (!wanted) return;
  if (result.checksumAlgorithm !== wanted.algorithm) {
    const detail = `The upload was completed without its ${wanted.algorithm}.`;
    throw new ProblemError('conflict', detail, { field: 'checksum' });
  }
  if (result.checksum !== wanted.value) throw wrongChecksum(wanted.algorithm);
}
