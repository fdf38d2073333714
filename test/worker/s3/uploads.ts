/** What tests do with a store again and again, from the browser's side. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ChecksumAlgorithm, PartReceipt, SignedRequest } from '../../../worker/protocol.ts';
import type { ObjectAttributes } from '../../../worker/s3/store.ts';
import { checksumOf } from './sums.ts';
import type { Running } from './stores.ts';

export const MIB = 1024 * 1024;
/** The least that a part may have which is not the last. */
export const PART = 5 * MIB;

export function attributesWith(attributes: Partial<ObjectAttributes> = {}): ObjectAttributes {
  return {
    contentType: 'application/octet-stream',
    mark: randomUUID(),
    checksum: null,
    ...attributes,
  };
}

/** Sends a signed request as a browser would: its headers, and nothing of our own. */
export async function send(
  request: SignedRequest,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  if (request.fields === undefined) {
    return fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, ...headers },
      body: new Uint8Array(body),
    });
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(request.fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(body)]), 'file');
  return fetch(request.url, { method: request.method, body: form });
}

/** The code of an S3 error, after the body has been read to its end. */
export async function codeOf(response: Response): Promise<string> {
  return /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? '';
}

/** Opens an upload and sends these parts. */
export async function uploadParts(
  running: Running,
  key: string,
  bodies: readonly Uint8Array[],
  attributes: ObjectAttributes = attributesWith(),
): Promise<{ uploadId: string; receipts: PartReceipt[]; bytes: number }> {
  const { store } = running;
  const { uploadId } = await store.createMultipart(key, attributes);
  const algorithm = attributes.checksum;
  const signer = await store.presignParts({ key, uploadId, algorithm, expiresIn: 900 });
  const receipts: PartReceipt[] = [];
  for (const [index, body] of bodies.entries()) {
    const checksum = algorithm === null ? undefined : checksumOf(algorithm, body);
    const response = await send(await signer.sign(index + 1, body.length, checksum), body);
    if (!response.ok)
      throw new Error(`part ${index + 1}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    receipts.push(receiptOf(index + 1, response, checksum));
  }
  return { uploadId, receipts, bytes: bodies.reduce((sum, { length }) => sum + length, 0) };
}

export function receiptOf(number: number, response: Response, checksum?: string): PartReceipt {
  const etag = response.headers.get('etag') ?? '';
  return { number, etag, ...(checksum === undefined ? {} : { checksum }) };
}

export const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));

/** What a download link gives. */
export async function download(running: Running, key: string): Promise<Uint8Array> {
  const { url } = await running.store.presignGet(key, { expiresIn: 60 });
  const response = await fetch(url);
  if (!response.ok) throw new Error(`download: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export const allChecksums: readonly ChecksumAlgorithm[] = ['crc64nvme', 'crc32c', 'sha256', 'md5'];
