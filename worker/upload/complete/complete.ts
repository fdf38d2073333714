/** Completes uploads. The object under the key decides, by its mark and its size, so a repeated Complete does no harm. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { isFinal, ProblemError } from '../../problem.ts';
import { expiredUpload, objectOfAnotherUpload } from '../../refusals.ts';
import type {
  CompleteBody,
  Result,
  VerifiedChecksum,
  Verifying,
  WholeChecksum,
} from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { rulesForCompletion } from '../access.ts';
import { isExpired } from '../state.ts';
import { isSingle, type Upload } from '../upload.ts';
import { assertVerifiable, isCheckedByStore, provenByParts } from '../verify/proof.ts';
import { wantedChecksum } from '../verify/wanted.ts';
import { checksumOf, isObjectOf } from '../stored.ts';
import { assembleObject, type Assembled } from './assemble.ts';
import { conclude } from './conclude.ts';
import { discardUpload, removeFromStore } from '../end/discard.ts';
import { recordedResult } from './finish.ts';
import { partsToComplete } from './parts.ts';

/**
 * Completes an upload. Repeated or parallel calls give the same answer. If all parts have arrived, it
 * is completed even after it has expired; otherwise it can only be resumed then.
 *
 * @param field place of the checksum in the request.
 * @returns the result, or how far the checksum of the whole file has been verified.
 * @throws ProblemError `invalid_request` for a checksum that cannot be verified, `incomplete`,
 *   `checksum_mismatch`, `conflict`, `gone`, `expired`, or the policy's refusal; a refused upload is
 *   discarded.
 */
export async function completeUpload(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  body: CompleteBody,
  field = 'checksum',
): Promise<Result | Verifying> {
  try {
    return await completeWhole(signer, c, upload, body, field);
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
  field: string,
): Promise<Result | Verifying> {
  const wanted = wantedChecksum(upload, body.checksum, field);
  await assertAllowed(signer, c, upload);
  const made = upload.multipart
    ? await completeParts(signer, upload, upload.multipart.uploadId, { body, wanted, field })
    : await formObject(signer, upload, wanted, field);
  if (!made.object) return recordedResult(signer, upload, wanted);
  await assertIntact(signer, upload, made.object);
  const bound = { ...signer, log: c.get('log') };
  return conclude(bound, waitUntilOf(c), upload, made.object, { ...made, wanted });
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

/** An object, if there is one, and what is known about it. */
interface Made extends Assembled {
  readonly proven?: VerifiedChecksum | undefined;
}

interface Asked {
  readonly body: CompleteBody;
  readonly wanted: WholeChecksum | undefined;
  /** Place of the checksum in the request. */
  readonly field: string;
}

/** The checksum is compared, or refused, before the store is asked to make an object of the parts. */
async function completeParts(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  { body, wanted, field }: Asked,
): Promise<Made> {
  let proven: VerifiedChecksum | undefined;
  const single = isSingle(upload);
  const assembled = await assembleObject(signer, upload, uploadId, async () => {
    const reported = body.parts ?? [];
    const { parts, listed } = await partsToComplete(signer, upload, uploadId, reported, !!wanted);
    if (wanted) {
      proven = provenByParts(signer, upload, single, listed, wanted, field);
      if (!proven) assertVerifiable(signer, upload, single, wanted.algorithm, field);
    }
    const isOwn = wanted?.algorithm === upload.checksum;
    return { parts, bytes: upload.bytes, checksum: isOwn ? wanted?.value : undefined };
  });
  if (wanted && assembled.isConfirmed && isCheckedByStore(signer, upload, wanted.algorithm)) {
    proven = { ...wanted, verifiedBy: 'store' };
  }
  return { ...assembled, proven };
}

async function formObject(
  signer: Signer,
  upload: Upload,
  wanted: WholeChecksum | undefined,
  field: string,
): Promise<Made> {
  if (wanted) assertVerifiable(signer, upload, true, wanted.algorithm, field);
  return { object: await signer.store.head(upload.key), isNew: true, isConfirmed: false };
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
