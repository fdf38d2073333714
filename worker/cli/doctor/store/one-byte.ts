/** One byte, sent and signed as pages do it. */
import type { Bucket } from '../../bucket.ts';
import { hashOf, PART } from '../../cors/check-upload.ts';
import type { SignedRequest } from '../../../protocol.ts';
import type { CompleteRequest, ObjectAttributes } from '../../../s3/types.ts';
import { request, type TextAnswer } from '../request.ts';

export const EXPIRES_IN_SECONDS = 300;

/** An upload that a check has begun. */
export interface Begun {
  readonly key: string;
  readonly uploadId: string;
}

export function attributesOf({ checksum }: Bucket, key: string): ObjectAttributes {
  return { contentType: 'text/plain', mark: key, checksum };
}

/** Signs the only part of an upload, for the bytes of `PART`. */
export async function signPart(
  { store, checksum }: Bucket,
  begun: Begun,
  expiresIn = EXPIRES_IN_SECONDS,
): Promise<SignedRequest> {
  const upload = { ...begun, algorithm: checksum, expiresIn };
  const signer = await store.presignParts(upload);
  return signer.sign(1, PART.length, hashOf(checksum));
}

export function put(
  { url, headers }: SignedRequest,
  body: Uint8Array<ArrayBuffer> = PART,
): Promise<TextAnswer | undefined> {
  return request(url, { method: 'PUT', headers, body });
}

/** @param sent the store's answer to the part. */
export function completeRequest(
  { checksum: algorithm }: Bucket,
  sent: TextAnswer,
): CompleteRequest {
  const checksum = hashOf(algorithm);
  const etag = sent.headers.get('etag') ?? '';
  const part = { number: 1, etag, ...(checksum !== undefined && { checksum }) };
  return { parts: [part], bytes: PART.length, algorithm };
}

/** What an answer was, in words. */
export function said(answer: TextAnswer | undefined): string {
  if (answer === undefined) return 'by nobody';
  const code = /<Code>(\w{1,64})<\/Code>/.exec(answer.text)?.[1] ?? '';
  return `${answer.status} ${code}`.trim();
}
