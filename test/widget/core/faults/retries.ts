/** For each way in which a file can fail: whether its row has Retry, and why. */
import { PROBLEMS } from '../../../../worker/protocol/problems.ts';
import type { ProblemCode } from '../../../../worker/protocol.ts';
import { UploadError, type UploadErrorCode } from '../../../../widget/core/errors.ts';
import { changedError } from '../../../../widget/core/faults/file-error.ts';
import { corsError, fullError, partError } from '../../../../widget/core/faults/store-error.ts';
import { verdict, type FinalVerdict } from '../../../../widget/core/faults/verdict.ts';
import { callError, problemError } from '../../../../widget/core/faults/worker-error.ts';
import { transformError } from '../../../../widget/core/sending/transform.ts';
import type { Outcome } from '../../../../widget/core/store/outcome.ts';

export interface Retries {
  /** `none`: such a file is refused, or the same would come of it again. */
  readonly button: 'Retry' | 'Choose again' | 'none';
  readonly because: string;
  /** As the engine makes it. */
  readonly error: UploadError;
}

const FILE = new File([], 'a.bin');
const LATE = { faults: 9, refusals: 9, mismatches: 9, patienceMs: 1, sinceMs: 2, isOnline: true };

function problem(code: ProblemCode): UploadError {
  return problemError({ code, status: PROBLEMS[code].status, detail: 'The test says so.' });
}

/** The error of a part after this outcome, at the end of all patience. */
function afterPart(outcome: Outcome): UploadError {
  const final = verdict(outcome, LATE) as FinalVerdict;
  return partError(final, outcome, { file: FILE, partNumber: 2 });
}

const retry = (because: string, error: UploadError): Retries => ({
  button: 'Retry',
  because,
  error,
});
const choose = (because: string, error: UploadError): Retries => ({
  button: 'Choose again',
  because,
  error,
});
const none = (because: string, error: UploadError): Retries => ({ button: 'none', because, error });

export const RETRIES: Readonly<Record<UploadErrorCode, Retries>> = {
  too_large: none('the file stays as large as it is', problem('too_large')),
  type_not_allowed: none('the file keeps its type', problem('type_not_allowed')),
  invalid_request: none('the same request would be made again', problem('invalid_request')),
  too_small: none('the file is refused', new UploadError('too_small', '')),
  total_too_large: none('the file is refused', new UploadError('total_too_large', '')),
  too_many_files: none('the file is refused', new UploadError('too_many_files', '')),
  duplicate: none('the file is refused', new UploadError('duplicate', '')),
  rejected: none('the page refuses the file', new UploadError('rejected', '')),
  transform_failed: retry(
    'the next attempt may succeed',
    transformError('a.bin', new TypeError('no memory')),
  ),
  file_changed: choose(
    'the old file is gone',
    changedError({ file: FILE, state: { wasRead: true } }),
  ),
  file_unreadable: choose(
    'it may be readable once it is chosen again',
    changedError({ file: FILE, state: { wasRead: false } }),
  ),
  file_not_allowed: choose(
    'choosing a file allows the page to read it',
    new UploadError('file_not_allowed', ''),
  ),
  unauthenticated: retry('the user may have signed in again', problem('unauthenticated')),
  forbidden: retry('rights are granted, and room is made under a limit', problem('forbidden')),
  not_found: retry('it begins again', problem('not_found')),
  conflict: retry('what stands in the way may go away', problem('conflict')),
  cancelled: retry('who has cancelled it may want it after all', problem('cancelled')),
  expired: retry('it begins again', problem('expired')),
  gone: retry('it begins again', problem('gone')),
  incomplete: retry('what is missing is sent', problem('incomplete')),
  checksum_mismatch: retry(
    'bytes that were damaged once need not be damaged again',
    afterPart({ kind: 'answered', status: 400, code: 'BadDigest' }),
  ),
  rate_limited: retry('limits are over after a while', problem('rate_limited')),
  store_unavailable: retry(
    'the store may be back',
    afterPart({ kind: 'answered', status: 503, code: 'SlowDown' }),
  ),
  store_full: retry('its owner may have made room', fullError()),
  misconfigured: retry('its owner may have set it right', problem('misconfigured')),
  signer_unreachable: retry('the Worker may be back', callError({ kind: 'no-answer' }, '/signer')),
  store_unreachable: retry('the line may be back', afterPart({ kind: 'answered', status: 403 })),
  store_refused: retry(
    'the owner of the bucket may have set it right',
    afterPart({ kind: 'answered', status: 403, code: 'SignatureDoesNotMatch' }),
  ),
  cors: retry(
    'the owner of the bucket may have set it right',
    corsError({ method: 'PUT', headers: {} }),
  ),
};
