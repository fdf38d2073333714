/** Completes uploads, once or many times: the object under the key decides, by its mark and its size. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { isFinal, ProblemError } from '../../problem.ts';
import { objectOfAnotherUpload } from '../../refusals.ts';
import type {
  CompleteBody,
  FileChecksum,
  Result,
  VerifiedChecksum,
  Verifying,
} from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { rulesAtEnd } from '../access.ts';
import { isSingle, type Upload } from '../upload.ts';
import { assertVerifiable, isCheckedByStore, provenByParts } from '../verify/proof.ts';
import { wantedChecksum } from '../verify/wanted.ts';
import { checksumOf, isOf } from '../stored.ts';
import { putTogether, type Assembled } from './assemble.ts';
import { conclude } from './conclude.ts';
import { discard, takeFromStore } from '../end/discard.ts';
import { remembered } from './settle.ts';
import { partsFor } from './parts.ts';

/**
 * Completes an upload. Asked twice, in order or at once, it answers the same.
 *
 * @param field place of the checksum in the request.
 * @returns the result, or how far the checksum of the whole file has been verified.
 * @throws ProblemError `invalid_request` for a checksum that cannot be verified, `incomplete`, `checksum_mismatch`, `conflict`, `expired`, or what the policy
 *   says against it: then the upload is thrown away.
 */
export async function complete(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  body: CompleteBody,
  field = 'checksum',
): Promise<Result | Verifying> {
  const wanted = wantedChecksum(upload, body.checksum, field);
  await assertAllowed(signer, c, upload);
  const made = upload.multipart
    ? await completeParts(signer, upload, upload.multipart.uploadId, { body, wanted, field })
    : await formObject(signer, upload, wanted, field);
  if (!made.object) return remembered(signer, upload, wanted);
  await assertWhole(signer, upload, made.object);
  return conclude(signer, waitUntilOf(c), upload, made.object, { ...made, wanted });
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

/** An object, if there is one, and what is known about it. */
interface Made extends Assembled {
  readonly proven?: VerifiedChecksum | undefined;
}

interface Asked {
  readonly body: CompleteBody;
  readonly wanted: FileChecksum | undefined;
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
  const assembled = await putTogether(signer, upload, uploadId, async () => {
    const said = body.parts ?? [];
    const { parts, listed } = await partsFor(signer, upload, uploadId, said, !!wanted);
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
  wanted: FileChecksum | undefined,
  field: string,
): Promise<Made> {
  if (wanted) assertVerifiable(signer, upload, true, wanted.algorithm, field);
  return { object: await signer.store.head(upload.key), isNew: true, isConfirmed: false };
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
