/**
 * How a file that fits one request goes to the store: by a form, or as the only part of a multipart
 * upload.
 *
 * A page never gets a signed PUT of a whole object, because every store accepts some unsigned headers
 * with it (see `UNSIGNED_PUT_HEADERS` in s3/unsigned-put-headers.ts). The URL of a part accepts none, and
 * stops working after Complete. A form saves the preflight and the two calls around a multipart upload, but
 * can be posted again until it expires, so by default only forms that accept the same bytes are used.
 */
import type { ChecksumAlgorithm } from '../protocol.ts';
import type { Profile } from '../s3/profile.ts';
import type { Store } from '../s3/store.ts';
import type { Upload } from './upload.ts';

/**
 * Which forms a page may get. `off`: none. `bound`: forms that the store binds to one SHA-256.
 * `replaceable`: also forms that, until they expire, can replace the finished object by other bytes.
 */
export type Forms = 'off' | 'bound' | 'replaceable';

/**
 * Largest file for a form. A form POST saves the preflight
 * (https://fetch.spec.whatwg.org/#cors-preflight-fetch) but reports no progress, which only matters for
 * larger files.
 */
export const FORM_MAX_BYTES = 1024 * 1024;

/** Whether the store checks SHA-256 in a form and accepts nothing that the form's policy does not name. */
export function bindsForms({ strictForms, formChecksums }: Profile): boolean {
  return strictForms && formChecksums.includes('sha256');
}

/**
 * The checksum algorithm of a file that is sent in one request.
 *
 * @param checksum the algorithm of parts.
 */
export function singleChecksumFor(
  profile: Profile,
  checksum: ChecksumAlgorithm | null,
  forms: Forms,
): ChecksumAlgorithm | null {
  return checksum !== null && forms !== 'off' && bindsForms(profile) ? 'sha256' : checksum;
}

/** Whether the file is sent by a form. Always true for a Companion upload of unknown size. */
export function goesByForm(
  { forms, store }: { readonly forms: Forms; readonly store: Pick<Store, 'profile'> },
  upload: Upload,
): boolean {
  if (upload.unsized) return true;
  const { profile } = store;
  // No form can refuse to replace an existing object.
  if (upload.bytes > FORM_MAX_BYTES || upload.object?.ifNoneMatch || !profile.strictForms)
    return false;
  if (forms === 'replaceable') return true;
  const isBound = upload.checksum === 'sha256' && upload.fileChecksum !== undefined;
  return forms === 'bound' && bindsForms(profile) && isBound;
}
