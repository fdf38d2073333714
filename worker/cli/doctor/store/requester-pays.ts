/** Checks whether the keys are refused only because they would have to pay. */
import { readDocument } from '../../../s3/requests/xml.ts';
import { isStoreError } from '../../../s3/requests/errors.ts';
import { unreadable } from '../../../s3/requests/faults.ts';
import type { Bucket } from '../../bucket.ts';
import { fail, type Note } from '../finding.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html */
const PAYING = { 'x-amz-request-payer': 'requester' };

/**
 * Begins an upload as one who pays, and aborts it. Without that header the store answers
 * `AccessDenied` to keys of another account than the bucket's, and says nothing of payment.
 */
export async function checkRequesterPays(bucket: Bucket, note: Note): Promise<boolean> {
  const { control } = bucket;
  const key = bucket.freshKey();
  try {
    const uploadId = await control({
      operation: 'CreateMultipartUpload',
      method: 'POST',
      key,
      query: { uploads: '' },
      headers: PAYING,
      idempotent: false,
      read({ body }) {
        const id = readDocument(body, 'InitiateMultipartUploadResult')?.text('UploadId');
        return id === undefined ? unreadable('CreateMultipartUpload') : { result: id };
      },
    });
    await control({
      operation: 'AbortMultipartUpload',
      method: 'DELETE',
      key,
      query: { uploadId },
      headers: PAYING,
      idempotent: true,
      read: () => ({ result: undefined }),
    });
  } catch (error) {
    if (isStoreError(error)) return false;
    throw error;
  }
  const detail = 'the bucket takes requests of other accounts only if they pay for them';
  const advice =
    'use keys of the account that owns the bucket, turn "requester pays" off, or use another bucket';
  note(fail('requester pays', detail, advice));
  return true;
}
