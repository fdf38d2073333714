/** Completes uploads. The object under the key decides, by its mark and its size, so a repeated Complete does no harm. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { isFinal, ProblemError } from '../../problem.ts';
import { expiredUpload, objectOfAnotherUpload } from '../../refusals.ts';
import type { CompleteBody, Result } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { rulesForCompletion } from '../access.ts';
import { isExpired } from '../state.ts';
import type { Upload } from '../upload.ts';
import { checksumOf, isObjectOf } from '../stored.ts';
import { assembleObject } from './assemble.ts';
import { discardUpload, removeFromStore } from '../end/discard.ts';
import { recordedResult, finishUpload } from './finish.ts';
import { partsToComplete } from './parts.ts';

/**
 * Completes an upload. Repeated or parallel calls give the same answer. If all parts have arrived, it
 * is completed even after it has expired; otherwise it can only be resumed then.
 *
 * @throws ProblemError `incomplete`, `checksum_mismatch`, `conflict`, `gone`, `expired`, or the
 *   policy's refusal; a refused upload is discarded.
 */
export async function completeUpload(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  body: CompleteBody,
): Promise<Result> {
  try {
    return await completeWhole(signer, c, upload, body);
  } catch (error) {
    const isIncomplete = error instanceof ProblemError && error.code === 'incomplete';
    throw isIncomplete && isExpired(upload, signer.now()) ? expiredUpload() : error;
  }
}

async function completeWhole(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  body: CompleteBody,
): Promise<Result> {
  await assertAllowed(signer, c, upload);
  const object = upload.multipart
    ? await completeParts(signer, upload, upload.multipart.uploadId, body)
    : await signer.store.head(upload.key);
  if (!object) return recordedResult(signer, upload);
  await assertIntact(signer, upload, object);
  return finishUpload(signer, waitUntilOf(c), upload, object);
}

/**
 * Asks the policy again, and discards an upload that it no longer allows.
 *
 * @throws ProblemError if the policy refuses.
 */
async function assertAllowed(signer: Signer, c: SignerContext, upload: Upload): Promise<void> {
  try {
    await rulesForCompletion(signer, c, upload);
  } catch (error) {
    if (!isFinal(error)) throw error;
    // An upload that was completed while it was allowed stays.
    const entry = await signer.ledger.get(upload.owner, upload.id);
    const isOfAnotherFile = entry !== undefined && entry.upload.mark !== upload.mark;
    if (isOfAnotherFile) await removeFromStore(signer, upload);
    else if (entry?.state !== 'complete')
      await discardUpload(signer, upload, waitUntilOf(c), 'always');
    throw error;
  }
}

async function completeParts(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  body: CompleteBody,
): Promise<StoredObject | undefined> {
  return assembleObject(signer, upload, uploadId, async () => ({
    parts: await partsToComplete(signer, upload, uploadId, body.parts ?? []),
    bytes: upload.bytes,
    checksum: body.checksum,
  }));
}

/** Removes an object of another size or checksum. No signed request can have made it. */
async function assertIntact(signer: Signer, upload: Upload, object: StoredObject): Promise<void> {
  if (object.mark !== upload.mark) {
    throw objectOfAnotherUpload();
  }
  if (!isObjectOf(object, upload)) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'incomplete',
      `The object had ${object.bytes} bytes and not ${upload.bytes}: it has been removed.`,
    );
  }
  const checksum = checksumOf(upload, object);
  if (
    upload.fileChecksum !== undefined &&
    checksum !== undefined &&
    upload.fileChecksum !== checksum
  ) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'checksum_mismatch',
      'The object is not the file that was announced: it has been removed.',
    );
  }
}
