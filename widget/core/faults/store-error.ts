/** Errors for parts that the store, or the Worker in its place, has not taken. */
import type { SignedRequest } from '../../../worker/protocol.ts';
import { UploadError } from '../errors.ts';
import type { Outcome } from '../store/outcome.ts';
import type { FinalVerdict } from './verdict.ts';
import { problemError, problemOf } from './worker-error.ts';

/** What an error says about the part. */
export interface PartFacts {
  readonly file: File;
  readonly partNumber: number;
  /** What the Worker knows of the store's answer. */
  readonly advice?: string | undefined;
}

/**
 * The error of a part that is not sent any more. `incomplete` and `not_found` have a remedy for the
 * whole upload.
 */
export function partError(
  verdict: FinalVerdict,
  outcome: Outcome,
  { file, partNumber, advice }: PartFacts,
): UploadError {
  const isFinal = verdict.do === 'fail';
  const code = isFinal ? verdict.code : verdict.do === 'verify' ? 'incomplete' : 'not_found';
  const { status, code: storeCode, requestId } = outcome.kind === 'answered' ? outcome : {};
  const answer = !status
    ? 'the store does not answer'
    : storeCode
      ? `the store answers ${status} ${storeCode}`
      : `something that is not the store answers ${status} at its address: check S3_ENDPOINT and S3_PUBLIC_ENDPOINTS, or the proxy on the way`;
  return new UploadError(
    code,
    `${file.name}, part ${partNumber}: ${answer}${advice ? `: ${advice}` : ''}.`,
    {
      fileName: file.name,
      partNumber,
      retryable: !isFinal || verdict.retryable,
      status,
      storeCode,
      requestId,
    },
  );
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

/** What a CORS rule has to allow for a request. */
export function corsError({
  method,
  headers,
}: Pick<SignedRequest, 'method' | 'headers'>): UploadError {
  const { origin } = location;
  const names = Object.keys(headers).join(', ');
  return new UploadError(
    'cors',
    `The store answers, but not to this page: the bucket's CORS rule must allow ${method} from ${origin}${names && ` with the headers ${names}`}, and expose ETag. Run npx s3-upload setup --origin ${origin}`,
    { retryable: true },
  );
}

export function fullError(): UploadError {
  return new UploadError('store_full', 'The store is full.', { retryable: true });
}

/** Browsers send nothing to an http: address from an https: page, apart from one on the same machine. */
export function mixedContentError(
  url: string,
  // Node has no location.
  pageProtocol: string | undefined = globalThis.location?.protocol,
): UploadError | undefined {
  if (pageProtocol !== 'https:') return undefined;
  const { protocol, hostname, origin } = new URL(url, location.href);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/.test(hostname);
  if (protocol !== 'http:' || isLocal) return undefined;
  return new UploadError(
    'misconfigured',
    `This page is https, so the browser sends nothing to ${origin}: an https address is needed (for the store, in S3_PUBLIC_ENDPOINTS).`,
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
