/** Refusals that several files have in common, so that each is worded once. */
import { ProblemError } from './problem.ts';

/** Also for uploads of other callers: nobody learns which ids exist. */
export function noSuchUpload(): ProblemError {
  return new ProblemError('not_found', 'There is no such upload.');
}

/** The upload was cancelled; its id cannot be used again. */
export function cancelledUpload(field?: string): ProblemError {
  return new ProblemError('cancelled', 'This upload has been cancelled.', { field });
}

/** The file's checksum is not the one that it was to have. */
export function wrongChecksum(algorithm: string, field = 'checksum'): ProblemError {
  const detail = `The ${algorithm} of the whole file differs from the one that was given.`;
  return new ProblemError('checksum_mismatch', detail, { field });
}

/** The id was used for a file of another name, size, type or checksum. */
export function idOfAnotherFile(field: string): ProblemError {
  return new ProblemError('conflict', 'This id belongs to another file.', { field });
}

export const KEY_TAKEN = 'An object with this key already exists.';

/** The key is taken, and an object is never replaced. */
export function keyTaken(): ProblemError {
  return new ProblemError('conflict', KEY_TAKEN);
}

/** The object under the upload's key carries the mark of another upload. */
export function objectOfAnotherUpload(): ProblemError {
  return new ProblemError('conflict', 'The key holds an object of another upload.');
}

export const FORGOTTEN_BY_STORE = 'The store no longer knows this upload; start it again.';

/** The store has aborted or forgotten the multipart upload. */
export function forgottenByStore(field?: string): ProblemError {
  return new ProblemError('gone', FORGOTTEN_BY_STORE, { field });
}

/** The token has expired. The store may still have the parts, and the owner may resume the upload. */
export function expiredUpload(): ProblemError {
  return new ProblemError('expired', 'The upload token has expired; resume the upload.');
}

/** The upload has reached its maximum age, whatever the store still has. */
export function tooOldUpload(field?: string): ProblemError {
  const detail = 'The upload has reached its maximum age; start it again.';
  return new ProblemError('expired', detail, { field });
}

/** The rules allow only certain upload ids, and this is not one of them. */
export function idNotAllowed(field?: string): ProblemError {
  return new ProblemError('forbidden', 'The caller may not make this upload.', { field });
}

/** The file has more bytes than it may have. */
export function tooManyBytes(maxBytes: number, field?: string): ProblemError {
  return new ProblemError('too_large', `At most ${maxBytes} bytes are allowed.`, { field });
}

/** A checksum that is not base64 of the algorithm's length. */
export function malformedChecksum(algorithm: string, field: string): ProblemError {
  return new ProblemError('invalid_request', `Not a valid ${algorithm} in base64.`, { field });
}

/** There is nothing to read yet. */
export function uploadNotComplete(): ProblemError {
  return new ProblemError('not_found', 'The upload is not complete.');
}
