/** Completes uploads, once or many times: the object under the key decides, by its mark and its size. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { isFinal, ProblemError } from '../../problem.ts';
import { expiredUpload, objectOfAnotherUpload } from '../../refusals.ts';
import type { CompleteBody, Result } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { rulesAtEnd } from '../access.ts';
import { isExpired } from '../state.ts';
import type { Upload } from '../upload.ts';
import { checksumOf, isOf } from '../stored.ts';
import { putTogether } from './assemble.ts';
import { discard, takeFromStore } from '../end/discard.ts';
import { remembered, settle } from './settle.ts';
import { partsFor } from './parts.ts';

/**
 * Completes an upload. Asked twice, in order or at once, it answers the same.
 *
 * What has arrived whole is completed even after its time; what has not, can only be resumed then.
 *
 * @throws ProblemError `incomplete`, `checksum_mismatch`, `conflict`, `gone`, `expired`, or what the
 *   policy says against it: then the upload is thrown away.
 */
export async function complete(
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
  if (!object) return remembered(signer, upload);
  await assertWhole(signer, upload, object);
  return settle(signer, waitUntilOf(c), upload, object);
}

/**
 * Asks the policy once more: an upload that it would not let through now is thrown away.
 *
 * @throws ProblemError for a no.
 */
async function assertAllowed(signer: Signer, c: SignerContext, upload: Upload): Promise<void> {
  try {
    await rulesAtEnd(signer, c, upload);
  } catch (error) {
    if (!isFinal(error)) throw error;
    // What was complete when it was allowed stays.
    const entry = await signer.ledger.get(upload.owner, upload.id);
    const isOthers = entry !== undefined && entry.upload.mark !== upload.mark;
    if (isOthers) await takeFromStore(signer, upload);
    else if (entry?.state !== 'complete') await discard(signer, upload, waitUntilOf(c), 'always');
    throw error;
  }
}

async function completeParts(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  body: CompleteBody,
): Promise<StoredObject | undefined> {
  return putTogether(signer, upload, uploadId, async () => ({
    parts: await partsFor(signer, upload, uploadId, body.parts ?? []),
    bytes: upload.bytes,
    checksum: body.checksum,
  }));
}

/** Another size cannot come from a signed request; it is not kept, and not called complete. */
async function assertWhole(signer: Signer, upload: Upload, object: StoredObject): Promise<void> {
  if (object.uploadToken !== upload.mark) {
    throw objectOfAnotherUpload();
  }
  if (!isOf(object, upload)) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'incomplete',
      `The object had ${object.bytes} bytes and not ${upload.bytes}: it has been removed.`,
    );
  }
  const checksum = checksumOf(upload, object);
  if (upload.sum !== undefined && checksum !== undefined && upload.sum !== checksum) {
    await signer.store.remove(upload.key);
    throw new ProblemError(
      'checksum_mismatch',
      'The object is not the file that was announced: it has been removed.',
    );
  }
}
