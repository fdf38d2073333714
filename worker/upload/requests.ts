/** Signed requests for the parts of an upload, from what its token says and nothing else. */
import type { Signer } from '../context.ts';
import { ProblemError } from '../problem.ts';
import {
  partCount,
  partRange,
  type ChecksumAlgorithm,
  type SignAnswer,
  type SignBody,
} from '../protocol.ts';
import { planOf, settingsOf, type Upload } from '../upload.ts';

/**
 * Up to this size a form POST saves the preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch),
 * and nobody misses the progress that it does not tell.
 */
const FORM_MAX_BYTES = 1024 * 1024;

/** How many bytes a checksum has. */
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc64nvme: 8,
  crc32c: 4,
  md5: 16,
  sha256: 32,
};

/** `parts` of a sign call. */
export type PartsToSign = SignBody['parts'];

/**
 * One signed request for each part: good for its number, its bytes and its checksum alone.
 *
 * @throws ProblemError `invalid_request` for a part that the plan does not have, one named twice,
 *   or one without the checksum that its upload wants.
 */
export async function signParts(
  signer: Signer,
  upload: Upload,
  parts: PartsToSign,
  field = 'parts',
): Promise<SignAnswer> {
  checkParts(upload, parts, field);
  if (parts.length === 0) return { requests: [], expiresIn: secondsFor(signer, upload) };
  return upload.multipart
    ? signMultipart(signer, upload, upload.multipart.uploadId, parts)
    : signSingle(signer, upload, parts[0]?.checksum);
}

/** How long a signature made now may live: never longer than its upload. */
export function secondsFor(signer: Signer, upload: Upload): number {
  const left = upload.expiresAt - Math.floor(signer.now() / 1000);
  return Math.max(1, Math.min(upload.urlSeconds, left));
}

async function signMultipart(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  parts: PartsToSign,
): Promise<SignAnswer> {
  const prepared = await signer.store.presignParts({
    key: upload.key,
    uploadId,
    algorithm: upload.checksum,
    expiresIn: secondsFor(signer, upload),
  });
  const plan = planOf(upload);
  const requests = await Promise.all(
    parts.map(({ number, checksum }) => {
      const { start, end } = partRange(plan, number);
      return prepared.sign(number, end - start, upload.checksum ? checksum : undefined);
    }),
  );
  return { requests, expiresIn: prepared.expiresIn };
}

async function signSingle(
  signer: Signer,
  upload: Upload,
  checksum: string | undefined,
): Promise<SignAnswer> {
  const settings = settingsOf(upload);
  const options = {
    expiresIn: secondsFor(signer, upload),
    checksum: upload.checksum ? checksum : undefined,
  };
  const { store } = signer;
  const { postPolicy, formChecksums } = store.profile;
  const checksInForms = upload.checksum === null || formChecksums.includes(upload.checksum);
  // A form has no Content-MD5 and no If-None-Match that every store would check.
  const asForm =
    postPolicy &&
    upload.bytes <= FORM_MAX_BYTES &&
    checksInForms &&
    upload.checksum !== 'md5' &&
    !settings.ifNoneMatch;
  const { request, expiresIn } = await store[asForm ? 'presignForm' : 'presignPut'](
    upload.key,
    upload.bytes,
    settings,
    options,
  );
  return { requests: [request], expiresIn };
}

/** @throws ProblemError `invalid_request`, as `signParts` does. */
export function checkParts(upload: Upload, parts: PartsToSign, field: string): void {
  const count = partCount(planOf(upload));
  const seen = new Set<number>();
  for (const [index, { number, checksum }] of parts.entries()) {
    const at = `${field}[${index}]`;
    if (number > count) {
      throw new ProblemError('invalid_request', `The upload has ${count} parts.`, {
        field: `${at}.number`,
      });
    }
    if (seen.has(number)) {
      throw new ProblemError('invalid_request', `Part ${number} is named twice.`, {
        field: `${at}.number`,
      });
    }
    seen.add(number);
    checkChecksum(upload, checksum, `${at}.checksum`);
  }
}

function checkChecksum(upload: Upload, checksum: string | undefined, field: string): void {
  if (!upload.checksum) return;
  if (checksum === undefined) {
    throw new ProblemError('invalid_request', `Each part needs its ${upload.checksum}.`, { field });
  }
  if (atob(checksum).length !== DIGEST_BYTES[upload.checksum]) {
    throw new ProblemError('invalid_request', `This is no ${upload.checksum} in base64.`, {
      field,
    });
  }
  // Else a finished object could be written over by its owner, after it has been looked at.
  if (upload.sum !== undefined && checksum !== upload.sum) {
    throw new ProblemError('conflict', 'This upload was begun with another checksum.', { field });
  }
}
