/** `POST /s3/multipart/:uploadId/complete`: makes one object of the parts. */
import * as v from 'valibot';
import { rulesAtEnd } from '../upload/access.ts';
import { readBody } from '../http/body.ts';
import { waitUntilOf, type Signer, type SignerContext, type SignerHandler } from '../context.ts';
import { putTogether } from '../upload/complete/assemble.ts';
import { discard } from '../upload/end/discard.ts';
import { abortOthersQuietly } from '../upload/end/orphans.ts';
import { conclude } from '../upload/complete/conclude.ts';
import { assertResult, remembered } from '../upload/complete/settle.ts';
import { isFinal, ProblemError } from '../problem.ts';
import { objectOfAnotherUpload } from '../refusals.ts';
import {
  isVerifying,
  MAX_PART_NUMBER,
  type FileChecksum,
  type PartReceipt,
  type Result,
  type StoredPart,
  type Verifying,
} from '../protocol.ts';
import { WholeChecksum } from '../protocol/schemas.ts';
import { sized, type Upload } from '../upload/upload.ts';
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
const Body = v.object({ parts: v.optional(v.unknown()), checksum: v.optional(WholeChecksum) });

export function completeRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const inParts = await uploadOf(signer, c);
    const body = await readBody(c.req.raw, Body);
    const wanted = wantedChecksum(inParts.upload, body.checksum);
    const parts = v.safeParse(Parts, body.parts);
    if (!parts.success) {
      return refuse('s3: `parts` must be an array of {ETag, PartNumber} objects.');
    }
    const said = parts.output.map(({ PartNumber, ETag }) => ({ number: PartNumber, etag: ETag }));
    const answer = await complete(signer, c, inParts, said, wanted);
    if (isVerifying(answer)) {
      return c.json<Verifying>(answer, 202, { 'retry-after': String(answer.retryAfter) });
    }
    waitUntilOf(c)(abortOthersQuietly(signer, [inParts.upload]));
    const { key } = inParts.upload;
    const { store } = signer;
    return c.json({ location: await locationOf(store, key), key, bucket: store.bucket });
  };
}

async function complete(
  signer: Signer,
  c: SignerContext,
  { upload, uploadId }: InParts,
  said: readonly PartReceipt[],
  wanted: FileChecksum | undefined,
): Promise<Result | Verifying> {
  const known = await signer.ledger.get(upload.owner, upload.id);
  if (known?.result) {
    assertResult(known.result, wanted);
    return known.result;
  }
  const { store } = signer;
  const assertReadable = (file: Upload) => {
    if (wanted) assertVerifiable(signer, file, false, wanted.algorithm, 'checksum');
  };
  const { object, isNew } = await putTogether(signer, upload, uploadId, async () => {
    if (!store.profile.listParts) {
      assertReadable(upload);
      return { parts: said, bytes: upload.bytes };
    }
    const listed = await store.listParts(upload.key, uploadId);
    assertOneFile(listed, said);
    const bytes = listed.reduce((sum, part) => sum + part.bytes, 0);
    assertReadable(sized(upload, bytes));
    await assertFits(signer, c, sized(upload, bytes));
    return { parts: said, bytes };
  });
  if (!object) return remembered(signer, upload, wanted);
  if (object.uploadToken !== upload.mark) {
    throw objectOfAnotherUpload();
  }
  const whole = sized(upload, object.bytes);
  await assertFits(signer, c, whole, () => store.remove(upload.key));
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
    await rulesAtEnd(signer, c, upload);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await undo?.();
    await discard(signer, upload, waitUntilOf(c), 'always');
    throw error;
  }
}

/**
 * Uppy 6 recognises listed parts only by their number: after a change of its `getChunkSize`, a
 * resumed upload would become an object of the wrong bytes and be reported as a success.
 *
 * @throws ProblemError `incomplete`.
 */
function assertOneFile(listed: readonly StoredPart[], said: readonly PartReceipt[]): void {
  const numbers = new Set(said.map(({ number }) => number));
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
