/** Checks that the store does not replace an object that must not be replaced. */
import type { Bucket } from '../../bucket.ts';
import { PART } from '../../cors/check-upload.ts';
import { isStoreError } from '../../../s3/requests/errors.ts';
import { fail, pass, type Note } from '../finding.ts';
import {
  attributesOf,
  completeRequest,
  EXPIRES_IN_SECONDS,
  put,
  said,
  signPart,
  type Begun,
} from './one-byte.ts';

const WHAT = 'conditional writes';
const REPLACES = 'the store replaces an object that must not be replaced';
const ADVICE = 'choose the S3_PROFILE of this store';

/** @param begun an upload to a key that an object has. */
export async function checkCondition(bucket: Bucket, begun: Begun, note: Note): Promise<void> {
  const sent = await put(await signPart(bucket, begun));
  if (sent?.ok !== true) return;
  const body = { ...completeRequest(bucket, sent), ifNoneMatch: true };
  try {
    await bucket.store.completeMultipart(begun.key, begun.uploadId, body);
    note(fail(WHAT, REPLACES, ADVICE));
  } catch (error) {
    if (!isStoreError(error, 'exists')) throw error;
    note(pass(WHAT, 'an object that is there is not replaced'));
  }
}

/** @param key of an object. Files that the Worker relays in one request are stored so. */
export async function checkConditionalPut(bucket: Bucket, key: string, note: Note): Promise<void> {
  const attributes = { ...attributesOf(bucket, key), checksum: null, ifNoneMatch: true };
  const options = { expiresIn: EXPIRES_IN_SECONDS };
  const { request } = await bucket.store.presignPut(key, PART.length, attributes, options);
  const sent = await put(request);
  if (sent?.ok === true) note(fail(WHAT, REPLACES, ADVICE));
  else if (sent?.status === 412) note(pass(WHAT, 'a small object that is there is not replaced'));
  else note(fail(WHAT, `a PUT with a condition is answered ${said(sent)}`, ADVICE));
}
