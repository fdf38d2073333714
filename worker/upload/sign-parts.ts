/** Signs requests for the parts of an upload, by what its token says and nothing else. */
import type { Signer } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { malformedChecksum } from '../refusals.ts';
import { partCount, partRange, type SignAnswer, type SignBody } from '../protocol.ts';
import { isChecksum } from '../protocol/checksum.ts';
import { planOf, attributesOf, type Upload } from './upload.ts';
import { findObject } from './stored.ts';
import { goesByForm } from './single-request.ts';

/** The `parts` of a sign call. */
export type PartsToSign = SignBody['parts'];

/**
 * Signs one request for each part. It is valid only for the part's number, size and checksum.
 *
 * @throws ProblemError `invalid_request` for a part that the plan does not have, that is named twice,
 *   or that lacks the checksum.
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
    : signForm(signer, upload, parts[0]?.checksum);
}

/**
 * Refuses to sign parts of a complete upload. If the store still accepted them, other bytes could
 * replace the checked ones. Stores that refuse such parts are not asked.
 *
 * @throws ProblemError `conflict`.
 */
export async function assertNotStored(signer: Signer, upload: Upload): Promise<void> {
  if (upload.multipart && !signer.store.profile.takesPartsAfterComplete) return;
  if (await findObject(signer, upload)) {
    throw new ProblemError('conflict', 'The file is stored already: complete the upload.');
  }
}

/** Lifetime in seconds of a signature made now. It ends with the upload. */
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

async function signForm(
  signer: Signer,
  upload: Upload,
  announced: string | undefined,
): Promise<SignAnswer> {
  if (!goesByForm(signer, upload)) {
    const detail = 'The settings have changed since this upload began: start it again.';
    throw new ProblemError('conflict', detail);
  }
  const { store } = signer;
  const attributes = attributesOf(upload);
  // MinIO checks a Content-MD5 in a form, but does not compare it with the policy.
  const isChecked =
    attributes.checksum !== null &&
    attributes.checksum !== 'md5' &&
    store.profile.formChecksums.includes(attributes.checksum);
  const checksum = isChecked ? attributes.checksum : null;
  const { request, expiresIn } = await store.presignForm(
    upload.key,
    upload.bytes,
    { ...attributes, checksum },
    { expiresIn: secondsFor(signer, upload), checksum: checksum === null ? undefined : announced },
  );
  return { requests: [request], expiresIn };
}

/** Checks numbers and checksums of parts. @throws ProblemError `invalid_request`, as `signParts` does. */
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
    throw new ProblemError('invalid_request', `Each part needs its ${upload.checksum} checksum.`, {
      field,
    });
  }
  if (!isChecksum(upload.checksum, checksum)) {
    throw malformedChecksum(upload.checksum, field);
  }
  // Otherwise one upload could get signed requests for several files and send them one after the other.
  if (upload.fileChecksum !== undefined && checksum !== upload.fileChecksum) {
    throw new ProblemError('conflict', 'This upload was begun with another checksum.', { field });
  }
}
