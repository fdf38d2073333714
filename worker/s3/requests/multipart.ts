/** Begins and aborts multipart uploads. */
import type { Control } from './control.ts';
import { isStoreError, StoreError } from './errors.ts';
import { readEmpty, unreadable } from './faults.ts';
import { partsPage } from './list-parts.ts';
import type { Profile } from '../profile.ts';
import { checksumHeaders, objectHeaders } from '../object-headers.ts';
import type { ObjectAttributes, OpenedUpload } from '../types.ts';
import { readDocument } from './xml.ts';

/** Most repetitions of an abort while parts are still arriving. */
const ABORT_TRIES = 5;

/** Not repeated if it is unclear whether the first call worked: that could leave an orphaned upload. */
export async function createMultipart(
  control: Control,
  profile: Profile,
  key: string,
  attributes: ObjectAttributes,
): Promise<OpenedUpload> {
  return control({
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: { ...objectHeaders(attributes, profile), ...checksumHeaders(attributes, profile) },
    idempotent: false,
    read: (answer) => {
      const uploadId = readDocument(answer.body, 'InitiateMultipartUploadResult')?.text('UploadId');
      return uploadId === undefined
        ? unreadable('CreateMultipartUpload')
        : { result: { uploadId, ...abortDateOf(answer.headers) } };
    },
  });
}

/**
 * Sent by a store whose bucket has a rule for incomplete uploads:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
 */
function abortDateOf(headers: Headers): Pick<OpenedUpload, 'abortsAt'> {
  const ms = Date.parse(headers.get('x-amz-abort-date') ?? '');
  return ms > 0 ? { abortsAt: Math.floor(ms / 1000) } : {};
}

/**
 * Aborts an upload, and repeats that until the store lists no part. A part in flight may arrive after
 * the first abort, and would be paid for forever.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
 */
export async function abortMultipart(
  control: Control,
  profile: Profile,
  key: string,
  uploadId: string,
): Promise<void> {
  for (let number = 1; number <= ABORT_TRIES; number += 1) {
    const aborted = await unlessGone(
      control({
        operation: 'AbortMultipartUpload',
        method: 'DELETE',
        key,
        query: { uploadId },
        idempotent: true,
        read: (answer) => readEmpty('AbortMultipartUpload', answer),
      }),
    );
    // Swift still lists the parts of a complete upload, but has nothing to abort.
    if (aborted === undefined || !profile.listParts) return;
    const page = await unlessGone(control(partsPage(key, uploadId, 0, 1)));
    if (page === undefined || page.parts.length === 0) return;
    if (number < ABORT_TRIES) await new Promise((resolve) => setTimeout(resolve, 100 * number));
  }
  throw new StoreError({
    kind: 'unavailable',
    operation: 'AbortMultipartUpload',
    code: 'StillThere',
    advice: 'parts keep arriving; abort again later',
  });
}

async function unlessGone<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (thrown) {
    if (isStoreError(thrown, 'not_found')) return undefined;
    throw thrown;
  }
}
