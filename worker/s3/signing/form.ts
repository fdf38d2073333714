/**
 * Signs form POSTs with a policy. They need no preflight.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { bytesToBase64 } from '../../protocol/util/encoding.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from '../endpoint.ts';
import { daySigner } from './sigv4.ts';

/** What the form may store, and nothing else. Sizes in bytes. */
export interface FormShape {
  readonly endpoint: Endpoint;
  readonly bucket: string;
  readonly key: string;
  readonly min: number;
  readonly max: number;
  /** Headers of the object as form fields. The policy fixes the value of each. */
  readonly fields: Readonly<Record<string, string>>;
  /** Lifetime in seconds. */
  readonly expiresIn: number;
}

/** Where to post, and the fields to put before the file. */
export interface SignedForm {
  readonly url: string;
  readonly fields: Record<string, string>;
}

/** Signs the form for `expiresIn` seconds from `now`, in milliseconds since the epoch. */
export async function signForm(
  shape: FormShape,
  credentials: Credentials,
  region: string,
  now: number,
): Promise<SignedForm> {
  const day = await daySigner(credentials, region, now);
  const fields: Record<string, string> = {
    key: shape.key,
    ...shape.fields,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': day.credential,
    'x-amz-date': day.amzDate,
    ...(credentials.sessionToken === undefined
      ? {}
      : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const policy = {
    expiration: new Date(now + shape.expiresIn * 1000).toISOString(),
    conditions: [
      { bucket: shape.bucket },
      ['content-length-range', shape.min, shape.max],
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ],
  };
  const encoded = bytesToBase64(new TextEncoder().encode(JSON.stringify(policy)));
  const signature = await day.signString(encoded);
  return {
    url: `${shape.endpoint.origin}${shape.endpoint.basePath}/`,
    fields: { ...fields, policy: encoded, 'x-amz-signature': signature },
  };
}
