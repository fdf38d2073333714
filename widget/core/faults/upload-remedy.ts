/** What is done about an upload that could not be finished: a pure table from error to remedy. */
import type { UploadErrorCode } from '../errors.ts';

/** Times that an upload begins again, or is compared with the store, before it fails. */
const MAX_SETBACKS = 3;

export type UploadRemedy =
  /** Ask what is stored, and send what is missing. */
  | 'reconcile'
  /** Create it again under the same id. */
  | 'create-again'
  /** Nothing of it is left on the store: begin again under another id. */
  | 'renew'
  /** Ask for the policy, and begin again if it has changed. */
  | 'adapt'
  /** Its owner has cancelled it elsewhere. */
  | 'cancel'
  | 'fail';

export interface UploadCircumstances {
  /** Remedies that have been tried before. */
  readonly setbacks: number;
  readonly isSingle: boolean;
  /** The Worker has given a token for it. */
  readonly isRegistered: boolean;
  /** It was under way. Otherwise the Worker has refused to create or to continue it. */
  readonly isAgreed: boolean;
  /** The store itself said that it does not know the upload, and the Worker cannot list its parts. */
  readonly isForgotten: boolean;
}

/**
 * Errors that have a remedy; any other is final. What the store holds is sent again only once the
 * store has said that it does not hold it, and never because of a clock.
 */
const REMEDIES: {
  readonly [code in UploadErrorCode]?: (about: UploadCircumstances) => UploadRemedy;
} = {
  incomplete: ({ setbacks, isSingle, isForgotten }) => {
    if (setbacks > 0 && (isSingle || isForgotten)) return 'renew';
    return isSingle ? 'create-again' : 'reconcile';
  },
  not_found: ({ isSingle, isAgreed }) => (isAgreed && !isSingle ? 'reconcile' : 'renew'),
  gone: () => 'renew',
  expired: ({ setbacks, isSingle, isAgreed }) => {
    if (isAgreed) return isSingle ? 'create-again' : 'reconcile';
    // One of an earlier visit is simply begun anew; one that this page has sent is the user's to judge.
    return setbacks > 0 ? 'fail' : 'renew';
  },
  // The key may be taken, or the upload complete already: what is stored tells. An id for which there is
  // no token belongs to another file.
  conflict: ({ isAgreed, isRegistered }) =>
    isAgreed ? 'reconcile' : isRegistered ? 'fail' : 'renew',
  // One of an earlier visit that is added again is wanted again.
  cancelled: ({ setbacks, isAgreed }) => (isAgreed || setbacks > 0 ? 'cancel' : 'renew'),
  // What the Worker did not understand may have followed from an earlier policy.
  invalid_request: ({ isRegistered }) => (isRegistered ? 'fail' : 'adapt'),
};

export function uploadRemedy(code: UploadErrorCode, about: UploadCircumstances): UploadRemedy {
  if (about.setbacks >= MAX_SETBACKS) return 'fail';
  return REMEDIES[code]?.(about) ?? 'fail';
}
