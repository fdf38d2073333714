/** Finishes an upload whose bytes have come, and learns the size of one that did not tell it. */
import { waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import { pipeWithLength } from '../http/fixed-length.ts';
import { ProblemError } from '../problem.ts';
import { tooManyBytes } from '../refusals.ts';
import { partCount, type Result, type Verifying, type WholeChecksum } from '../protocol.ts';
import { rulesFor } from '../upload/access.ts';
import { completeUpload } from '../upload/complete/complete.ts';
import { abortOrphansQuietly } from '../upload/end/orphans.ts';
import { recordOpen } from '../upload/record-open.ts';
import { planOf, withSize, type Upload } from '../upload/upload.ts';
import type { Located } from './begin.ts';
import { positionOf } from './position.ts';
import { removeTail, tailKey } from '../upload/tail.ts';

/**
 * Makes the object, by the same rules as `POST /uploads/:id/complete`. Asked again, it answers the same,
 * or how far the checksum of a large file has been verified meanwhile.
 *
 * @throws ProblemError `incomplete` while bytes are missing, `checksum_mismatch`, or what the policy says
 *   against the file.
 */
export async function finish(
  signer: Signer,
  c: SignerContext,
  { upload, entry }: Located,
  checksum?: WholeChecksum,
): Promise<Result | Verifying> {
  const position = await positionOf(signer, upload, entry);
  const { offset } = position;
  const isSettled = !checksum && entry?.state !== 'verifying';
  if (position.kind === 'complete' && isSettled) return position.result;
  if (!upload.unsized && offset !== upload.bytes) throw missingBytes(offset, upload.bytes);
  const whole = withSize(upload, offset);
  if (position.kind === 'open') {
    const { parts, tail } = position;
    const isLastMissing = parts < partCount(planOf(whole));
    if (isLastMissing) await sendLast(signer, whole, parts + 1, tail?.bytes ?? 0);
  }
  const field = checksum?.algorithm;
  const answer = await completeUpload(signer, c, whole, { checksum }, field);
  const after = waitUntilOf(c);
  after(abortOrphansQuietly(signer, [whole]));
  after(removeTail(signer, whole));
  return answer;
}

/** The tail becomes the last part; an empty file has an empty one. */
async function sendLast(
  signer: Signer,
  upload: Upload,
  number: number,
  bytes: number,
): Promise<void> {
  const { store, ledger } = signer;
  const { key, multipart } = upload;
  const part = { key, uploadId: multipart?.uploadId ?? '', algorithm: null };
  const stored = bytes === 0 ? undefined : await store.open(tailKey(upload));
  if (bytes > 0 && stored?.object.bytes !== bytes) {
    await stored?.body.cancel();
    throw new ProblemError('conflict', 'Another request is writing to this upload: try again.', {
      status: 423,
      retryAfter: 1,
    });
  }
  // Passed on as it comes: the tails of many uploads would not fit into memory.
  const { etag } = stored
    ? await pipeWithLength(bytes, stored.body, (body) =>
        store.sendPart(part, { number, bytes }, body),
      )
    : await store.sendPart(part, { number, bytes }, new Uint8Array());
  if (!store.profile.listParts) await ledger.addReceipts(upload, [{ number, etag }]);
}

/**
 * The upload with its size, now that the client knows it. Until it is complete, it counts as the largest
 * file that it could have been: a request that does not know the size yet may still be writing.
 *
 * @throws ProblemError `invalid_request` if it is not the size that was given before, or less than what
 *   has come; `too_large`.
 */
export async function giveSize(
  signer: Signer,
  c: SignerContext,
  { upload, entry }: Located,
  bytes: number,
): Promise<Located> {
  if (!upload.unsized) {
    if (bytes !== upload.bytes) throw new InconsistentLength(upload.bytes);
    return { upload, entry };
  }
  const { kind, offset } = await positionOf(signer, upload, entry);
  const isOpen = kind === 'open';
  if (isOpen ? bytes < offset : bytes !== offset) throw new InconsistentLength(offset);
  if (bytes > upload.bytes) throw tooManyBytes(upload.bytes, 'upload-length');
  const known = withSize(upload, bytes);
  await rulesFor(signer, c, known, 'sign');
  const told = { upload, ...entry, state: 'open', toldBytes: bytes } as const;
  if (isOpen) await recordOpen(signer, told, waitUntilOf(c));
  return { upload: known, entry };
}

/** The size is not the one that was given before. */
export class InconsistentLength extends ProblemError {
  constructor(bytes: number) {
    super('invalid_request', `The size was given as ${bytes} bytes before.`, {
      field: 'upload-length',
    });
  }
}

function missingBytes(offset: number, bytes: number): ProblemError {
  return new ProblemError('incomplete', `Bytes ${offset} to ${bytes - 1} are missing.`, {
    field: 'offset',
  });
}
