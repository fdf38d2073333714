/**
 * Which state an upload is in. Its record says what was done with it, the clock whether its time is
 * up, and the store whether it still knows the upload.
 */
import type { UploadState } from '../protocol.ts';
import type { Upload } from './upload.ts';

/**
 * Whether the upload's token, and every URL signed with it, has ended.
 *
 * @param now milliseconds since the epoch.
 */
export function isExpired({ expiresAt }: Pick<Upload, 'expiresAt'>, now: number): boolean {
  return expiresAt * 1000 <= now;
}

/**
 * The state by the record alone. An open upload whose time is up has expired, even if the upkeep has
 * not yet come to it; what is complete or cancelled stays so.
 *
 * @param now milliseconds since the epoch.
 */
export function recordedState(
  { state, expiresAt }: { readonly state: UploadState; readonly expiresAt: number },
  now: number,
): UploadState {
  return state === 'open' && isExpired({ expiresAt }, now) ? 'expired' : state;
}

/**
 * The state by the record and the store together. The record may be missing or a minute behind:
 * then an object made of parts proves that the upload was completed.
 *
 * @param entry the record, if there is one.
 * @param stored what the store holds of the upload; undefined if it was not asked.
 * @param now milliseconds since the epoch.
 */
export function stateOf(
  upload: Upload,
  entry: { readonly state: UploadState } | undefined,
  stored: { readonly kind: 'parts' | 'object' | 'gone' } | undefined,
  now: number,
): UploadState {
  if (entry && entry.state !== 'open') return entry.state;
  if (stored?.kind === 'object' && upload.multipart) {
    return upload.announced ? 'verifying' : 'complete';
  }
  return isExpired(upload, now) || stored?.kind === 'gone' ? 'expired' : 'open';
}
