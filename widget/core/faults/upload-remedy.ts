/** What is done about an upload that could not be finished: a pure table from error to remedy. */
import type { UploadErrorCode } from '../errors.ts';

/** Times that an upload begins again, or is compared with the store, before it fails. */
const MAX_SETBACKS = 3;

export type UploadRemedy =
  /** Ask what is stored, and send what is missing. */
  | 'reconcile'
  /** Create it again under the same id. */
  | 'create-again'
  /** Nothing can be finished under its id any more: begin again under another one. */
  | 'renew'
  /** Ask for the policy, and begin again if it has changed. */
  | 'adapt'
  | 'fail';

export interface UploadCircumstances {
  /** Remedies that have been tried before. */
  readonly setbacks: number;
  readonly isSingle: boolean;
  /** The Worker has given a token for it. */
  readonly isRegistered: boolean;
}

/** Errors that have a remedy; any other is final. */
const REMEDIES: {
  readonly [code in UploadErrorCode]?: (about: UploadCircumstances) => UploadRemedy;
} = {
  incomplete: ({ setbacks, isSingle }) => {
    if (setbacks > 0) return 'renew';
    return isSingle ? 'create-again' : 'reconcile';
  },
  not_found: () => 'renew',
  expired: () => 'renew',
  conflict: () => 'renew',
  // What the Worker did not understand may have followed from an earlier policy.
  invalid_request: ({ isRegistered }) => (isRegistered ? 'fail' : 'adapt'),
};

export function uploadRemedy(code: UploadErrorCode, about: UploadCircumstances): UploadRemedy {
  if (about.setbacks >= MAX_SETBACKS) return 'fail';
  return REMEDIES[code]?.(about) ?? 'fail';
}
