/** Errors of the Worker: problems that it has answered, and silence. */
import type { Problem } from '../../../worker/protocol.ts';
import { isUploadError, UploadError, type UploadErrorCode } from '../errors.ts';
import type { Answered, Outcome } from '../store/outcome.ts';

/** What is wrong with the file, or with the request for it, stays wrong; anything else may change. */
const LASTING: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'invalid_request',
  'too_large',
  'type_not_allowed',
]);

/** A token that is refused was sealed with other secrets; the upload's owner may still be known. */
const TOKEN_REFUSALS: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'unauthenticated',
  'forbidden',
]);

/** Errors of a caller that was not heard: the same call may succeed on another visit. */
const NOT_HEARD: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'signer_unreachable',
  'store_unavailable',
  'unauthenticated',
  'rate_limited',
]);

/** True if the Worker has answered the call itself, and would answer the same another time. */
export function isSettled(error: unknown): error is UploadError {
  return isUploadError(error) && !NOT_HEARD.has(error.code);
}

export function isTokenRefused(error: unknown): boolean {
  return isUploadError(error) && TOKEN_REFUSALS.has(error.code);
}

/** The Worker's problem as an error. A slot that is missing in its answer counts as a problem. */
export function problemError(problem: Partial<Problem> = {}, requestId?: string): UploadError {
  const { code = 'store_unavailable', detail = 'No answer for this file.', status = 500 } = problem;
  const retryable = !LASTING.has(code);
  return new UploadError(code, detail, { status, requestId, retryable });
}

export function addressError(endpoint: string): UploadError {
  const message = `There is no signer at ${endpoint}: check \`endpoint\`.`;
  return new UploadError('misconfigured', message, { retryable: true });
}

/** The signer answers pages of other origins, and not this one. */
export function originError(endpoint: string): UploadError {
  const message = `The Worker at ${endpoint} answers, but not to this page: add ${location.origin} to its ALLOWED_ORIGINS.`;
  return new UploadError('misconfigured', message, { retryable: true });
}

/** The error of a call to the Worker that is not retried any more. */
export function callError(outcome: Outcome, endpoint: string): UploadError {
  if (outcome.kind === 'answered' && outcome.code) {
    return problemError(problemOf(outcome), outcome.requestId);
  }
  const cause = 'cause' in outcome ? outcome.cause : undefined;
  const message = cause
    ? `\`getToken\`, \`headers\` or \`credentials\` failed: ${cause}`
    : outcome.kind === 'answered'
      ? `Something that is not the Worker answers ${outcome.status} at ${endpoint}. Check \`endpoint\`, or the proxy on the way.`
      : `The Worker at ${endpoint} cannot be reached. Check \`endpoint\`, or add ${location.origin} to its ALLOWED_ORIGINS.`;
  return new UploadError('signer_unreachable', message, { retryable: true, cause });
}

/** A problem's fields, as they came in an answer. */
export function problemOf({ status, code, detail }: Answered): Partial<Problem> {
  // Fields that are undefined count as absent.
  return { status, code, detail } as Partial<Problem>;
}
