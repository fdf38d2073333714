/** Completes multipart uploads. */
import type { ChecksumAlgorithm, PartReceipt } from '../../protocol.ts';
import { CHECKSUM_HEADERS } from '../../protocol/checksum.ts';
import { CHECKSUM_NAMES, isPayloadHash } from '../checksums.ts';
import type { Control } from './control.ts';
import { isStoreError, StoreError } from './errors.ts';
import { unquote } from '../etag.ts';
import { faultOf, unreadable } from './faults.ts';
import type { Profile } from '../profile.ts';
import type { CompleteRequest, Completed } from '../types.ts';
import { escapeXml, readDocument, type Xml } from './xml.ts';

/** S3 may assemble an object for minutes before it answers; repeating the call would not help. */
const COMPLETE_TIMEOUT_MS = 180_000;

/** Completes an upload. S3 sends status 200 before it knows the outcome, so only a full result counts. */
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
  const isFullObject = algorithm !== null && profile.fullObjectChecksums.includes(algorithm);
  const headers: Record<string, string> = { 'content-type': 'application/xml' };
  if (algorithm !== null && isFullObject && checksum !== undefined) {
    headers[CHECKSUM_HEADERS[algorithm]] = checksum;
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
        const result = readDocument(answer.body, 'CompleteMultipartUploadResult');
        if (result !== undefined) return { result: readCompleted(result, name) };
        const isError = readDocument(answer.body, 'Error') !== undefined;
        return isError ? { fault: faultOf({ operation, ...answer }) } : unreadable(operation);
      },
    });
  } catch (thrown) {
    throw isStoreError(thrown) ? asCompleteError(thrown, profile) : thrown;
  }
}

/** What a failure means for Complete alone. */
function asCompleteError(error: StoreError, profile: Profile): StoreError {
  const { kind, operation, code, status, requestId, retryAfterSeconds } = error;
  const fields = { operation, code, status, requestId, retryAfterSeconds };
  // S3's answer if x-amz-mp-object-size is not the sum of the parts.
  const isRefused = status === 400 || status === 200;
  if (code === 'InvalidRequest' && isRefused && profile.objectSizeHeader) {
    return new StoreError({ ...fields, kind: 'invalid_part' });
  }
  // The object may have been made although the answer was lost. An unlisted error in an answer with
  // status 200 stands for one that would have been a 5xx.
  const isUnclear = kind === 'unavailable' || (kind === 'rejected' && status === 200);
  return isUnclear ? new StoreError({ ...fields, kind: 'unknown' }) : error;
}

function readCompleted(result: Xml, name: string | null): Completed {
  const etag = unquote(result.text('ETag') ?? '');
  const checksum = name === null ? undefined : result.text(`Checksum${name}`);
  return {
    ...(etag === '' ? {} : { etag }),
    // `…==-3` is a composite, a checksum of checksums, which cannot be compared with a file.
    ...(checksum === undefined || checksum.includes('-') ? {} : { checksum }),
  };
}

/** The name after `Checksum` in XML; null if the part's checksum does not belong in the request. */
function xmlNameOf(algorithm: ChecksumAlgorithm | null, profile: Profile): string | null {
  if (algorithm === null || isPayloadHash(algorithm, profile)) return null;
  return CHECKSUM_NAMES[algorithm];
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
    const checksumXml =
      name === null || checksum === undefined
        ? ''
        : `<Checksum${name}>${escapeXml(checksum)}</Checksum${name}>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(`"${bare}"`)}</ETag>${checksumXml}</Part>`;
  });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return `<CompleteMultipartUpload xmlns="${namespace}">${rows.join('')}</CompleteMultipartUpload>`;
}

function badReceipts(code: string): StoreError {
  return new StoreError({ kind: 'invalid_part', operation: 'CompleteMultipartUpload', code });
}
