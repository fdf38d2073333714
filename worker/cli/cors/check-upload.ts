/** Checks what a browser would see: whether a page of an origin may send a part, and read the answer. */
import type { Bucket } from '../bucket.ts';
import type { Step } from '../setup/report.ts';
import type { SignedRequest } from '../../protocol.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import { runHash } from '../../upload/verify/hash.ts';

/** One byte, so that it costs nothing. */
export const PART = new TextEncoder().encode('s');
const EXPIRES_IN_SECONDS = 300;
const TIMEOUT_MS = 10_000;
/** Where the origins are `*`, any page will do. */
const SOME_ORIGIN = 'https://any-origin.example';
/** How long new rules may take: https://developers.cloudflare.com/r2/buckets/cors/ says up to 30 s. */
const SETTLE_TRIES = 15;
const SETTLE_MS = 2000;

/** What is checked, and how. */
export interface UploadCheck {
  readonly origins: readonly string[];
  /** Whether nothing may be written: then only the preflight is checked. */
  readonly dryRun: boolean;
  /** Whether the rules were written just now, and may need time. */
  readonly justWritten: boolean;
  /** What to do if the check fails. */
  readonly advice: string;
}

/**
 * Parts as the Worker signs them, one for each lane, with checksums of the one byte that is sent.
 * Preflights do not depend on the upload, so they need none that exists.
 */
export async function signParts(
  { store, checksum }: Bucket,
  key: string,
  uploadId = 'none',
): Promise<readonly SignedRequest[]> {
  const upload = { key, uploadId, algorithm: checksum, expiresIn: EXPIRES_IN_SECONDS };
  const signer = await store.presignParts(upload);
  const numbers = Array.from({ length: store.lanes }, (_, lane) => lane + 1);
  return Promise.all(numbers.map((number) => signer.sign(number, PART.length, hashOf(checksum))));
}

/** Checks every origin on every lane. The upload that it begins is aborted. @throws nothing of the store's. */
export async function checkUpload(
  bucket: Bucket,
  check: UploadCheck,
  note: (step: Step) => void,
): Promise<void> {
  const key = bucket.freshKey();
  const { store } = bucket;
  let uploadId: string | undefined;
  try {
    if (!check.dryRun) {
      const attributes = { contentType: 'text/plain', mark: key, checksum: bucket.checksum };
      ({ uploadId } = await store.createMultipart(key, attributes));
    }
    const parts = await signParts(bucket, key, uploadId);
    for (const origin of check.origins) {
      for (const part of parts) note(await checkPart(part, origin, check));
    }
  } catch (error) {
    if (!isStoreError(error)) throw error;
    const advice = 'check the S3_… settings, and that the keys may put objects in this bucket';
    note({ status: 'failed', what: 'upload', detail: error.message, advice });
  } finally {
    if (uploadId !== undefined) await abort(bucket, key, uploadId, note);
  }
}

/**
 * Checks a request that a deployed signer has signed. Advice is that of a missing rule.
 *
 * @param isWhole whether the one byte is what was signed; otherwise only the preflight is sent.
 */
export function checkSignedPart(
  part: SignedRequest,
  origin: string,
  isWhole: boolean,
): Promise<Step> {
  const advice = `allow ${part.method} from ${origin} in the CORS rule of the bucket, and expose ETag: npx s3-upload setup --origin ${origin}`;
  return checkPart(part, origin, {
    origins: [origin],
    dryRun: !isWhole,
    justWritten: false,
    advice,
  });
}

async function checkPart(
  part: SignedRequest,
  origin: string,
  { dryRun, justWritten, advice }: UploadCheck,
): Promise<Step> {
  const what = `upload from ${origin} to ${new URL(part.url).host}`;
  const sender = origin === '*' ? SOME_ORIGIN : origin;
  const findFault = async (): Promise<string | undefined> =>
    (await preflightFault(part, sender)) ?? (dryRun ? undefined : await answerFault(part, sender));
  let fault = await findFault();
  for (let tries = 1; justWritten && fault !== undefined && tries < SETTLE_TRIES; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    fault = await findFault();
  }
  if (fault !== undefined) return { status: 'failed', what, detail: fault, advice };
  const shown = dryRun ? '' : ', and shows the ETag of a part';
  return { status: 'done', what, detail: `the store allows it${shown}` };
}

/** What is wrong with the answer to the preflight of a part; undefined if nothing is. */
async function preflightFault(part: SignedRequest, origin: string): Promise<string | undefined> {
  const names = Object.keys(part.headers).map((name) => name.toLowerCase());
  const response = await send(part.url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': part.method,
      ...(names.length > 0 && { 'access-control-request-headers': names.sort().join(',') }),
    },
  });
  if (response === undefined) return 'the host does not answer';
  const { headers, status } = response;
  if (!allowsOrigin(headers, origin)) {
    return `the answer to the preflight (${status}) does not allow this origin`;
  }
  if (!response.ok) return `the answer to the preflight is ${status}`;
  if (!listOf(headers, 'access-control-allow-methods').some(oneOf(part.method))) {
    return `the answer to the preflight does not allow ${part.method}`;
  }
  const allowed = listOf(headers, 'access-control-allow-headers');
  const missing = names.filter((name) => !allowed.some(oneOf(name)));
  return missing.length === 0
    ? undefined
    : `the answer to the preflight does not allow the headers ${missing.join(', ')}`;
}

/** What a page could not read of the answer to a part; undefined if it can read everything. */
async function answerFault(part: SignedRequest, origin: string): Promise<string | undefined> {
  const response = await send(part.url, {
    method: part.method,
    headers: { ...part.headers, origin },
    body: PART,
  });
  if (response === undefined) return 'the host does not answer a part';
  const { headers, status } = response;
  if (!response.ok) return `a part is answered with ${status}`;
  if (!allowsOrigin(headers, origin)) return 'the answer to a part does not allow this origin';
  if (listOf(headers, 'access-control-expose-headers').some(oneOf('ETag'))) return undefined;
  return 'the answer to a part does not expose the header ETag';
}

async function send(url: string, init: RequestInit): Promise<Response | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    await response.body?.cancel();
    return response;
  } catch {
    return undefined;
  }
}

function allowsOrigin(headers: Headers, origin: string): boolean {
  const allowed = headers.get('access-control-allow-origin');
  return allowed === '*' || allowed === origin;
}

function listOf(headers: Headers, name: string): readonly string[] {
  return (headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase());
}

/** `*` stands for every name in requests without cookies, and parts have none. */
function oneOf(name: string): (item: string) => boolean {
  return (item) => item === '*' || item === name.toLowerCase();
}

/** Checksum of that byte. */
export function hashOf(algorithm: Bucket['checksum']): string | undefined {
  if (algorithm === null) return undefined;
  const hash = runHash(algorithm);
  hash.take(PART);
  return hash.value();
}

async function abort(
  { store }: Bucket,
  key: string,
  uploadId: string,
  note: (step: Step) => void,
): Promise<void> {
  try {
    await store.abortMultipart(key, uploadId);
  } catch (error) {
    if (!isStoreError(error)) throw error;
    const advice = `abort the multipart upload of ${key}, or add a lifecycle rule that does`;
    note({ status: 'failed', what: 'clean-up', detail: error.message, advice });
  }
}
