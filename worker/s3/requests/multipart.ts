/** The life of a multipart upload, as far as the Worker itself drives it. */
import type { ChecksumAlgorithm, PartReceipt, StoredPart } from '../../protocol.ts';
import { CHECKSUMS, isPayloadHash } from '../checksums.ts';
import type { Call, Control } from './control.ts';
import { isStoreError, StoreError } from './errors.ts';
import { unquote } from './etag.ts';
import type { Answer } from './exchange.ts';
import { faultOf, type Fault } from './faults.ts';
import type { Profile } from '../profiles.ts';
import { checksumHeaders, objectHeaders } from '../settings.ts';
import type {
  CompleteRequest,
  Completed,
  ObjectSettings,
  OpenedUpload,
  OpenUpload,
} from '../types.ts';
import { escapeXml, readXml, type Xml } from './xml.ts';

/** S3 may put parts together for minutes before it answers; a repeat would only wait again. */
const COMPLETE_TIMEOUT_MS = 180_000;
/** An abort may have to be said again while parts are still coming in. */
const ABORT_TRIES = 5;

/** Not repeated when it is unclear whether it was done: that would leave an orphan. */
export async function createMultipart(
  control: Control,
  profile: Profile,
  key: string,
  settings: ObjectSettings,
): Promise<OpenedUpload> {
  return control({
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: { ...objectHeaders(settings, profile), ...checksumHeaders(settings, profile) },
    idempotent: false,
    read: (answer) => {
      const uploadId = documentOf(answer, 'InitiateMultipartUploadResult')?.text('UploadId');
      return uploadId === undefined
        ? unreadable('CreateMultipartUpload')
        : { result: { uploadId, ...abortDateOf(answer.headers) } };
    },
  });
}

/**
 * Said by a store whose bucket has a rule for incomplete uploads:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
 */
function abortDateOf(headers: Headers): Pick<OpenedUpload, 'abortsAt'> {
  const ms = Date.parse(headers.get('x-amz-abort-date') ?? '');
  return ms > 0 ? { abortsAt: Math.floor(ms / 1000) } : {};
}

/** All pages. */
export async function listParts(
  control: Control,
  profile: Profile,
  key: string,
  uploadId: string,
): Promise<StoredPart[]> {
  if (!profile.listParts) {
    throw new StoreError({ kind: 'unsupported', operation: 'ListParts', code: 'NotImplemented' });
  }
  const parts: StoredPart[] = [];
  let marker = 0;
  for (;;) {
    const page = await control(listPage(key, uploadId, marker, 1000));
    parts.push(...page.parts);
    // A marker that stands still, or is none, would be a loop without end.
    if (page.next === undefined || !(page.next > marker)) return parts;
    marker = page.next;
  }
}

interface Page {
  readonly parts: StoredPart[];
  readonly next: number | undefined;
}

function listPage(key: string, uploadId: string, marker: number, size: number): Call<Page> {
  return {
    operation: 'ListParts',
    method: 'GET',
    key,
    query: {
      uploadId,
      'max-parts': String(size),
      ...(marker === 0 ? {} : { 'part-number-marker': String(marker) }),
    },
    idempotent: true,
    read: (answer) => {
      const result = documentOf(answer, 'ListPartsResult');
      if (result === undefined) return unreadable('ListParts');
      const more = result.text('IsTruncated') === 'true';
      const next = more ? Number(result.text('NextPartNumberMarker')) : undefined;
      return { result: { parts: result.all('Part').map(readPart), next } };
    },
  };
}

function readPart(part: Xml): StoredPart {
  const found = Object.values(CHECKSUMS).find(
    ({ name }) => name !== null && part.text(`Checksum${name}`) !== undefined,
  );
  const checksum = found === undefined ? undefined : part.text(`Checksum${found.name}`);
  return {
    number: Number(part.text('PartNumber')),
    bytes: Number(part.text('Size')),
    etag: unquote(part.text('ETag') ?? ''),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** S3 says 200 before it knows, so only a whole result counts. */
export async function completeMultipart(
  control: Control,
  profile: Profile,
  key: string,
  uploadId: string,
  request: CompleteRequest,
): Promise<Completed> {
  const operation = 'CompleteMultipartUpload';
  const { algorithm, checksum } = request;
  const name = xmlNameOf(algorithm, profile);
  const whole = algorithm !== null && profile.fullObjectChecksums.includes(algorithm);
  const headers: Record<string, string> = { 'content-type': 'application/xml' };
  if (algorithm !== null && whole && checksum !== undefined) {
    headers[CHECKSUMS[algorithm].header] = checksum;
    headers['x-amz-checksum-type'] = 'FULL_OBJECT';
  }
  if (profile.objectSizeHeader) headers['x-amz-mp-object-size'] = String(request.bytes);
  if (profile.conditionalComplete && request.ifNoneMatch === true) headers['if-none-match'] = '*';

  try {
    return await control({
      operation,
      method: 'POST',
      key,
      query: { uploadId },
      headers,
      body: completeXml(request.parts, algorithm, profile),
      idempotent: true,
      timeoutMs: COMPLETE_TIMEOUT_MS,
      read: (answer) => {
        const result = documentOf(answer, 'CompleteMultipartUploadResult');
        if (result !== undefined) return { result: readCompleted(result, name) };
        const isError = documentOf(answer, 'Error') !== undefined;
        return isError ? { fault: faultOf({ operation, ...answer }) } : unreadable(operation);
      },
    });
  } catch (thrown) {
    throw isStoreError(thrown) ? ofComplete(thrown, profile) : thrown;
  }
}

/** What a failure means for Complete alone. */
function ofComplete(error: StoreError, profile: Profile): StoreError {
  const { kind, operation, code, status, requestId, retryAfterSeconds } = error;
  const fields = { operation, code, status, requestId, retryAfterSeconds };
  // How S3 says that x-amz-mp-object-size is not the sum of the parts.
  const isRefused = status === 400 || status === 200;
  if (code === 'InvalidRequest' && isRefused && profile.objectSizeHeader) {
    return new StoreError({ ...fields, kind: 'invalid_part' });
  }
  // The parts may be together already, whatever the line said. And S3 says 200 before it knows: an
  // error in it that means nothing here is one of those that would have been a 5xx.
  const isUnclear = kind === 'unavailable' || (kind === 'rejected' && status === 200);
  return isUnclear ? new StoreError({ ...fields, kind: 'unknown' }) : error;
}

function readCompleted(result: Xml, name: string | null): Completed {
  const etag = unquote(result.text('ETag') ?? '');
  const checksum = name === null ? undefined : result.text(`Checksum${name}`);
  return {
    ...(etag === '' ? {} : { etag }),
    // `…==-3` is a composite: a checksum of checksums, which nobody can compare with a file.
    ...(checksum === undefined || checksum.includes('-') ? {} : { checksum }),
  };
}

/** What follows `Checksum` in XML; null where a part's checksum has no place there. */
function xmlNameOf(algorithm: ChecksumAlgorithm | null, profile: Profile): string | null {
  if (algorithm === null || isPayloadHash(algorithm, profile)) return null;
  return CHECKSUMS[algorithm].name;
}

function completeXml(
  receipts: readonly PartReceipt[],
  algorithm: ChecksumAlgorithm | null,
  profile: Profile,
): string {
  const name = xmlNameOf(algorithm, profile);
  const parts = receipts.toSorted((one, other) => one.number - other.number);
  if (parts.length === 0) throw badReceipts('NoParts');
  const rows = parts.map(({ number, etag, checksum }, index) => {
    if (parts[index + 1]?.number === number) throw badReceipts('DuplicatePart');
    const bare = unquote(etag);
    if (!/^[\x21-\x7e]+$/.test(bare)) throw badReceipts('InvalidETag');
    if (name !== null && checksum === undefined && profile.completeNeedsChecksums) {
      throw badReceipts('MissingChecksum');
    }
    const sum =
      name === null || checksum === undefined
        ? ''
        : `<Checksum${name}>${escapeXml(checksum)}</Checksum${name}>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(`"${bare}"`)}</ETag>${sum}</Part>`;
  });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return `<CompleteMultipartUpload xmlns="${namespace}">${rows.join('')}</CompleteMultipartUpload>`;
}

/**
 * Said again until the store lists no part: one that was in flight may land after the first abort,
 * and would be paid for for ever.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
 */
export async function abortMultipart(
  control: Control,
  profile: Profile,
  key: string,
  uploadId: string,
): Promise<void> {
  for (let number = 1; number <= ABORT_TRIES; number += 1) {
    const aborted = await goneIsFine(
      control({
        operation: 'AbortMultipartUpload',
        method: 'DELETE',
        key,
        query: { uploadId },
        idempotent: true,
        read: () => ({ result: 'aborted' }),
      }),
    );
    // Swift lists the parts of what is complete, and knows nothing to abort.
    if (aborted === undefined || !profile.listParts) return;
    const page = await goneIsFine(control(listPage(key, uploadId, 0, 1)));
    if (page === undefined || page.parts.length === 0) return;
    if (number < ABORT_TRIES) await new Promise((resolve) => setTimeout(resolve, 100 * number));
  }
  throw new StoreError({
    kind: 'unavailable',
    operation: 'AbortMultipartUpload',
    code: 'StillThere',
    advice: 'parts keep coming in; abort again later',
  });
}

async function goneIsFine<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (thrown) {
    if (isStoreError(thrown, 'not_found')) return undefined;
    throw thrown;
  }
}

/** Pages of a thousand uploads that are read at most. */
const MAX_LIST_PAGES = 2;

/**
 * The unfinished uploads under keys that begin with `prefix`, up to 2,000.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
export async function listUploads(
  control: Control,
  profile: Profile,
  prefix: string,
): Promise<OpenUpload[]> {
  const operation = 'ListMultipartUploads';
  if (profile.listUploads === null) {
    throw new StoreError({ kind: 'unsupported', operation, code: 'NotImplemented' });
  }
  const uploads: OpenUpload[] = [];
  let after: Readonly<Record<string, string>> = {};
  for (let page = 1; page <= MAX_LIST_PAGES; page += 1) {
    const { found, next } = await control({
      operation,
      method: 'GET',
      key: null,
      query: { uploads: '', prefix, ...after },
      idempotent: true,
      read: (answer) => {
        const result = documentOf(answer, 'ListMultipartUploadsResult');
        return result === undefined ? unreadable(operation) : { result: readUploads(result) };
      },
    });
    uploads.push(...found);
    if (next === undefined) break;
    after = next;
  }
  return uploads;
}

function readUploads(result: Xml): {
  readonly found: OpenUpload[];
  readonly next: Readonly<Record<string, string>> | undefined;
} {
  const found = result.all('Upload').map((upload) => ({
    key: upload.text('Key') ?? '',
    uploadId: upload.text('UploadId') ?? '',
  }));
  const keyMarker = result.text('NextKeyMarker') ?? '';
  const isLast = result.text('IsTruncated') !== 'true' || keyMarker === '';
  const next = {
    'key-marker': keyMarker,
    'upload-id-marker': result.text('NextUploadIdMarker') ?? '',
  };
  return { found, next: isLast ? undefined : next };
}

function documentOf(answer: Answer, root: string): Xml | undefined {
  const xml = answer.body === undefined ? undefined : readXml(answer.body);
  return xml?.name === root ? xml : undefined;
}

/** A 2xx that is not the store's: cut off, empty, or a proxy's page. */
function unreadable(operation: string): { readonly fault: Fault } {
  const error = new StoreError({ kind: 'unavailable', operation, code: 'UnreadableAnswer' });
  return { fault: { error, again: 'maybe' } };
}

function badReceipts(code: string): StoreError {
  return new StoreError({ kind: 'invalid_part', operation: 'CompleteMultipartUpload', code });
}
