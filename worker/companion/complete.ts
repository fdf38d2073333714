/** `POST /s3/multipart/:uploadId/complete`: makes one object of the parts. */
import * as v from 'valibot';
import { rulesForCompletion } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerContext, type SignerHandler } from '../context.ts';
import { assembleObject } from '../upload/complete/assemble.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { abortOrphansQuietly } from '../upload/end/orphans.ts';
import { conclude } from '../upload/complete/conclude.ts';
import { assertResult, recordedResult } from '../upload/complete/finish.ts';
import { isFinal, ProblemError } from '../problem.ts';
import { objectOfAnotherUpload } from '../refusals.ts';
import {
  isVerifying,
  MAX_PART_NUMBER,
  type PartReceipt,
  type Result,
  type StoredPart,
  type Verifying,
  type WholeChecksum,
} from '../protocol.ts';
import { GivenChecksum } from '../protocol/schemas.ts';
import { withSize, type Upload } from '../upload/upload.ts';
import { assertVerifiable } from '../upload/verify/proof.ts';
import { wantedChecksum } from '../upload/verify/wanted.ts';
import { locationOf } from './location.ts';
import { refuse } from './refusal.ts';
import { uploadOf, type InParts } from './upload-of.ts';

const Parts = v.array(
  v.object({
    PartNumber: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PART_NUMBER)),
    // Quoted if the part was listed, bare if the client read it from an answer.
    ETag: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  }),
);

/** A checksum is none of Companion's: it is verified or refused, as in our own contract. */
const Body = v.object({ parts: v.optional(v.unknown()), checksum: v.optional(GivenChecksum) });

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const inParts = await uploadOf(signer, c, 'at-any-time');
    const body = await readBody(c.req.raw, Body);
    const wanted = wantedChecksum(inParts.upload, body.checksum);
    const parts = v.safeParse(Parts, body.parts);
    if (!parts.success) {
      return refuse('s3: `parts` must be an array of {ETag, PartNumber} objects.');
    }
    const receipts = parts.output.map(({ PartNumber, ETag }) => ({
      number: PartNumber,
      etag: ETag,
    }));
    const answer = await completeParts(signer, c, inParts, receipts, wanted);
    if (isVerifying(answer)) {
      return c.json<Verifying>(answer, 202, { 'retry-after': String(answer.retryAfter) });
    }
    waitUntilOf(c)(abortOrphansQuietly(signer, [inParts.upload]));
    const { key } = inParts.upload;
    const { store } = signer;
    return c.json({ location: await locationOf(store, key), key, bucket: store.bucket });
  };
}

async function completeParts(
  signer: Signer,
  c: SignerContext,
  { upload, uploadId }: InParts,
  receipts: readonly PartReceipt[],
  wanted: WholeChecksum | undefined,
): Promise<Result | Verifying> {
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.result) {
    assertResult(entry.result, wanted);
    return entry.result;
  }
  const { store } = signer;
  const assertReadable = (file: Upload) => {
    if (wanted) assertVerifiable(signer, file, false, wanted.algorithm, 'checksum');
  };
  const { object, isNew } = await assembleObject(signer, upload, uploadId, async () => {
    if (!store.profile.listParts) {
      assertReadable(upload);
      return { parts: receipts, bytes: upload.bytes };
    }
    const listed = await store.listParts(upload.key, uploadId);
    assertOneFile(listed, receipts);
    const bytes = listed.reduce((sum, part) => sum + part.bytes, 0);
    assertReadable(withSize(upload, bytes));
    await assertFits(signer, c, withSize(upload, bytes));
    return { parts: receipts, bytes };
  });
  if (!object) return recordedResult(signer, upload, wanted);
  if (object.mark !== upload.mark) {
    throw objectOfAnotherUpload();
  }
  const resized = withSize(upload, object.bytes);
  await assertFits(signer, c, resized, () => store.remove(upload.key));
  return conclude(signer, waitUntilOf(c), upload, object, { wanted, isNew });
}

/** Removes what the policy does not allow: the parts and, if it exists, the object. */
async function assertFits(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  undo?: () => Promise<void>,
): Promise<void> {
  try {
    await rulesForCompletion(signer, c, upload);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await undo?.();
    await discardUpload(signer, upload, waitUntilOf(c), 'always');
    throw error;
  }
}

/**
 * Uppy 6 recognises listed parts only by their number: after a change of its `getChunkSize`, a
 * resumed upload would become an object of the wrong bytes and be reported as a success.
 *
 * @throws ProblemError `incomplete`.
 */
function assertOneFile(listed: readonly StoredPart[], receipts: readonly PartReceipt[]): void {
  const numbers = new Set(receipts.map(({ number }) => number));
  const [first] = listed;
  const [last] = listed.slice(-1);
  const fits = listed.every(
    (part, index) =>
      part.number === index + 1 &&
      numbers.has(part.number) &&
      // May differ by one byte: Uppy 5 divides files of more than 10,000 parts at fractions.
      (part === last || Math.abs(part.bytes - (first?.bytes ?? 0)) <= 1),
  );
  if (fits && numbers.size === listed.length) return;
  throw new ProblemError('incomplete', 'The parts are not those of one file: send it again.');
}
