/** What beginning an upload tells: whether the keys, the region, the bucket and the style are right. */
import type { Bucket } from '../../bucket.ts';
import { isStoreError, type StoreError } from '../../../s3/requests/errors.ts';
import { createStore } from '../../../s3/store.ts';
import { fail, pass, type Finding, type Note } from '../finding.ts';
import { attributesOf } from './one-byte.ts';

/** What the store's codes are about: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const SUBJECTS: Readonly<Record<string, string>> = {
  AuthorizationHeaderMalformed: 'region',
  PermanentRedirect: 'region',
  TemporaryRedirect: 'region',
  HTTP301: 'region',
  HTTP307: 'region',
  HTTP308: 'region',
  NoSuchBucket: 'bucket',
  AccessDenied: 'permissions',
  RequestTimeTooSkewed: 'clock',
  RequestExpired: 'clock',
  ExpiredToken: 'credentials',
  InvalidToken: 'credentials',
  InvalidTokenId: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  Unauthorized: 'credentials',
};

/** All that is right if the store has begun an upload. */
export function noteAccess({ name, config }: Bucket, note: Note): void {
  note(pass('credentials', 'the store accepts the keys'));
  note(pass('region', `the store accepts ${config.region}`));
  note(pass('bucket', `${name} is there, and the keys may begin uploads in it`));
  note(pass('style', `the bucket is found by ${config.style}`));
}

/** A store's refusal of one of the Worker's own calls. */
export function refusalOf(error: StoreError): Finding {
  const { operation, code, status, advice = 'check the S3_… settings' } = error;
  const detail = `${operation} is answered ${status ?? ''} ${code}`.replace('  ', ' ');
  const subject = Object.hasOwn(SUBJECTS, code) ? SUBJECTS[code] : undefined;
  return fail(subject ?? operation, detail, advice);
}

/**
 * Whether uploads begin with the other style, so that S3_STYLE is what is wrong. Only for a bucket in
 * which none begins with that of the settings.
 */
export async function checkOtherStyle(bucket: Bucket, note: Note): Promise<boolean> {
  const { config } = bucket;
  if (config.endpoint.includes('{bucket}')) return false;
  const style = config.style === 'path' ? 'virtual' : 'path';
  try {
    // Tried once: that nothing answers at the other address is what is expected.
    const retry = { tries: 1, baseMs: 0, maxMs: 0 };
    const store = createStore({ ...config, style, retry });
    const key = bucket.freshKey();
    const { uploadId } = await store.createMultipart(key, attributesOf(bucket, key));
    await store.abortMultipart(key, uploadId);
    const detail = `the store knows the bucket by ${style}, and not by ${config.style}`;
    note(fail('style', detail, `set S3_STYLE=${style}`));
    return true;
  } catch (error) {
    if (isStoreError(error) || (error as Error).name === 'EndpointError') return false;
    throw error;
  }
}
