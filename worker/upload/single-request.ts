/**
 * How a file of one request goes to the store: by a form, or as the only part of a multipart upload.
 *
 * A page never gets a signed PUT of a whole object. Every store takes some headers with it that
 * nobody signed (see `UNSIGNED_PUT_HEADERS` in s3/profiles.ts), and the URL of a part takes none, and
 * ends with Complete. A form, which saves the preflight and the two calls around a multipart upload,
 * can be posted again until it expires; so it has to be one that takes only the same bytes again.
 */
import type { ChecksumAlgorithm } from '../protocol.ts';
import type { Profile } from '../s3/profiles.ts';
import type { Store } from '../s3/store.ts';
import type { Upload } from './upload.ts';

/**
 * Which forms are handed out: none; those that the store binds to one SHA-256; or also those that
 * take other bytes in the place of a finished object until they expire.
 */
export type Forms = 'off' | 'bound' | 'replaceable';

/**
 * Up to this size a form POST saves the preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch),
 * and nobody misses the progress that it does not tell.
 */
export const FORM_MAX_BYTES = 1024 * 1024;

/** The store checks SHA-256 in a form that takes nothing beyond its policy. */
export function bindsForms({ strictForms, formChecksums }: Profile): boolean {
  return strictForms && formChecksums.includes('sha256');
}

/** The algorithm of a file that goes in one request; `checksum` is the one of parts. */
export function singleChecksumFor(
  profile: Profile,
  checksum: ChecksumAlgorithm | null,
  forms: Forms,
): ChecksumAlgorithm | null {
  return checksum !== null && forms !== 'off' && bindsForms(profile) ? 'sha256' : checksum;
}

/** Whether the file goes by a form. One of Companion's goes whole in any case: it is a form's. */
export function goesByForm(
  { forms, store }: { readonly forms: Forms; readonly store: Pick<Store, 'profile'> },
  upload: Upload,
): boolean {
  if (upload.unsized) return true;
  const { profile } = store;
  // No form can refuse to replace what lies under its key.
  if (upload.bytes > FORM_MAX_BYTES || upload.object?.ifNoneMatch || !profile.strictForms)
    return false;
  if (forms === 'replaceable') return true;
  const isBound = upload.checksum === 'sha256' && upload.fileChecksum !== undefined;
  return forms === 'bound' && bindsForms(profile) && isBound;
}

/**
 * Requests to the store that a batch may cost, of the 50 that Workers Free allows in one invocation:
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
const REQUESTS_PER_CREATE = 40;
const REQUESTS_PER_COMPLETE = 45;

/** What each file costs the store's side of a batch, in requests, and how many files fit into one. */
export interface BatchCosts {
  /** To open an upload in parts, or of one part. */
  readonly open: number;
  /** To complete one of one part. */
  readonly completePart: number;
  /** To complete what went by a form. */
  readonly completeForm: number;
  /** Everything in a batch of Creates together, at most. */
  readonly mostToOpen: number;
  /** Everything in a batch of Completes together, at most. */
  readonly mostToComplete: number;
}

/** @param mayMeet two uploads may meet under one key, so a store may have to be asked first. */
export function batchCosts(profile: Profile, mayMeet: boolean): BatchCosts {
  const { conditionalComplete, listUploads } = profile;
  return {
    open: mayMeet && !conditionalComplete ? 2 : 1,
    // Complete and HEAD; a HEAD before where Complete replaces; a list where one is of a key only.
    completePart: (conditionalComplete ? 2 : 3) + (listUploads === 'key' && !mayMeet ? 1 : 0),
    completeForm: 1,
    mostToOpen: REQUESTS_PER_CREATE,
    mostToComplete: REQUESTS_PER_COMPLETE,
  };
}
