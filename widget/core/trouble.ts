/** What is said of a part that the store does not take. */
import { UploadError } from './errors.ts';
import type { Job } from './job.ts';
import type { Verdict } from './retry.ts';
import type { Outcome } from './transport.ts';

/**
 * An opaque request needs no CORS: where it gets through, the bucket's rule is what is missing.
 *
 * @throws UploadError `cors`.
 */
export async function assertSilent(url: string): Promise<void> {
  try {
    await fetch(url, { method: 'HEAD', mode: 'no-cors' });
  } catch {
    return;
  }
  throw new UploadError(
    'cors',
    `The store is there, but not for this page: the CORS rule of the bucket must allow PUT from ${location.origin}.`,
    { retryable: true },
  );
}

/** `incomplete` and `not_found` are what life goes on from: by asking the Worker, or by beginning again. */
export function errorOf(
  next: Verdict,
  outcome: Outcome,
  { file }: Job,
  partNumber: number,
): UploadError {
  const code = next.do === 'fail' ? next.code : next.do === 'verify' ? 'incomplete' : 'not_found';
  const { status, code: storeCode, requestId } = outcome.kind === 'answered' ? outcome : {};
  const said = status ? `says ${[status, storeCode].join(' ')}` : 'does not answer';
  return new UploadError(code, `${file.name}, part ${partNumber}: the store ${said}`, {
    fileName: file.name,
    partNumber,
    retryable: next.do === 'fail' && next.retryable,
    status,
    storeCode,
    requestId,
  });
}
