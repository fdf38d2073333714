/**
 * Which state an upload is in. The record says what was done with it, the clock whether it has
 * expired, and the store whether it still knows the upload.
 */
import type { UploadState } from '../protocol.ts';
import type { Upload } from './upload.ts';

/**
 * Whether the upload's token and all its signed URLs have expired.
 *
 * @param now milliseconds since the epoch.
 */
export function isExpired({ expiresAt }: Pick<Upload, 'expiresAt'>, now: number): boolean {
  return expiresAt * 1000 <= now;
}

/**
 * The state by the record alone. An open upload has expired when its time is up, even if the upkeep
 * has not removed it yet. Complete and cancelled uploads stay as they are.
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
 * The state by the record and the store together. The record may be missing or up to a minute old;
 * in that case an object made of parts proves that the upload was completed.
 *
 * @param entry the record, if there is one.
 * @param stored what the store has of the upload; undefined if the store was not asked.
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
