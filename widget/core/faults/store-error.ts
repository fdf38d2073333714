/** Errors for parts that the store, or the Worker in its place, has not taken. */
import { UploadError } from '../errors.ts';
import type { Outcome } from '../store/outcome.ts';
import type { FinalVerdict } from './verdict.ts';
import { problemError, problemOf } from './worker-error.ts';

/**
 * The error of a part that is not sent any more. `incomplete` and `not_found` have a remedy for the
 * whole upload.
 */
export function partError(
  verdict: FinalVerdict,
  outcome: Outcome,
  { file, partNumber }: { readonly file: File; readonly partNumber: number },
): UploadError {
  const isFinal = verdict.do === 'fail';
  const code = isFinal ? verdict.code : verdict.do === 'verify' ? 'incomplete' : 'not_found';
  const { status, code: storeCode, requestId } = outcome.kind === 'answered' ? outcome : {};
  const answer = !status
    ? 'the store does not answer'
    : storeCode
      ? `the store answers ${status} ${storeCode}`
      : `something between this page and the store answers ${status}`;
  return new UploadError(code, `${file.name}, part ${partNumber}: ${answer}.`, {
    fileName: file.name,
    partNumber,
    retryable: !isFinal || verdict.retryable,
    status,
    storeCode,
    requestId,
  });
}

/** The same for a part that went through the Worker, which has said itself what is wrong. */
export function relayError(verdict: FinalVerdict, outcome: Outcome): UploadError {
  const problem = outcome.kind === 'answered' ? problemOf(outcome) : {};
  if (verdict.do === 'verify') return problemError({ ...problem, code: 'incomplete' });
  // `BadDigest` is how the answer is read, not a code of the Worker's.
  if (verdict.do === 'fail' && verdict.code === 'checksum_mismatch')
    return problemError({ ...problem, code: verdict.code });
  return problemError(problem);
}

export function corsError(): UploadError {
  return new UploadError(
    'cors',
    `The store answers, but not to this page: the bucket's CORS rule must allow PUT from ${location.origin}.`,
    { retryable: true },
  );
}

/** A store that cannot list its parts needs their ETags to complete an upload. */
export function missingEtagError(partNumber: number): UploadError {
  return new UploadError(
    'cors',
    "The ETag cannot be read: add ETag to ExposeHeaders in the bucket's CORS rule.",
    { partNumber, retryable: true },
  );
}
