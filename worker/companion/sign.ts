/** `GET /s3/multipart/:uploadId/:partNumber` and `…/batch`: signed URLs for parts. */
import { rulesFor } from '../upload/access.ts';
import { waitUntilOf, type Signer, type SignerContext, type SignerHandler } from '../context.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { ProblemError } from '../problem.ts';
import { tooManyBytes } from '../refusals.ts';
import { MAX_PART_NUMBER, MAX_PARTS_PER_SIGN } from '../protocol.ts';
import { extendUpload } from '../upload/life.ts';
import { secondsFor } from '../upload/sign-parts.ts';
import type { Upload } from '../upload/upload.ts';
import { refuse } from './refusal.ts';
import { uploadOf } from './upload-of.ts';

export function signRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const number = partNumber(c.req.param('partNumber'));
    if (number === undefined) {
      return refuse('s3: the part number must be a number between 1 and 10000.');
    }
    const { urls, expires } = await sign(signer, c, [number]);
    return c.json({ url: urls.get(number), expires });
  };
}

/** No current client calls this, but it is in the contract. */
export function batchRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const list = c.req.query('partNumbers');
    if (!list) {
      return refuse(
        's3: the part numbers must be passed as a comma separated query parameter. For example: "?partNumbers=4,6,7,21"',
      );
    }
    const numbers = list.split(',', MAX_PARTS_PER_SIGN + 1).map(partNumber);
    if (!numbers.every((number) => number !== undefined)) {
      return refuse('s3: the part numbers must be a number between 1 and 10000.');
    }
    if (numbers.length > MAX_PARTS_PER_SIGN) {
      throw new ProblemError('too_large', `At most ${MAX_PARTS_PER_SIGN} parts at once.`);
    }
    const { urls } = await sign(signer, c, numbers);
    return c.json({ presignedUrls: Object.fromEntries(urls) });
  };
}

/**
 * These signatures do not cover the part's size; the size of the whole file is checked at Complete.
 */
async function sign(signer: Signer, c: SignerContext, numbers: readonly number[]) {
  const { upload, uploadId } = await uploadOf(signer, c);
  for (const number of numbers) assertMayHave(signer, upload, number);
  const rules = await rulesFor(signer, c, upload, 'sign');
  await assertRoom(signer, c, upload, uploadId);
  // These clients keep the token that they began with; the record says how long it is good.
  const extended = await extendUpload(signer, c, rules, upload);
  const { key } = upload;
  const expiresIn = secondsFor(signer, extended ?? upload);
  const parts = await signer.store.presignParts({ key, uploadId, algorithm: null, expiresIn });
  const urls = await Promise.all(
    numbers.map(async (number) => [number, (await parts.sign(number, undefined)).url] as const),
  );
  return { urls: new Map(urls), expires: parts.expiresIn };
}

/**
 * Refuses to sign more parts for a file that is already too large. Asks the store each time, since
 * these clients do not send a part's size and its URL accepts any size.
 */
async function assertRoom(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  uploadId: string,
): Promise<void> {
  const { store } = signer;
  if (!store.profile.listParts) return;
  const parts = await store.listParts(upload.key, uploadId);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (bytes <= upload.bytes) return;
  await discardUpload(signer, upload, waitUntilOf(c), 'always');
  throw tooManyBytes(upload.bytes);
}

/**
 * No store accepts smaller parts except the last, so a part beyond this belongs to a file that is
 * too large.
 */
function assertMayHave({ store }: Signer, upload: Upload, number: number): void {
  if ((number - 1) * store.profile.minPartBytes < Math.max(upload.bytes, 1)) return;
  throw tooManyBytes(upload.bytes);
}

function partNumber(text: string | undefined): number | undefined {
  const number = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return number >= 1 && number <= MAX_PART_NUMBER ? number : undefined;
}
