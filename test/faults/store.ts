/** Looks into the store behind everybody's back: what an object holds, which uploads are open. */
import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { checksumOf } from '../worker/s3/sums.ts';

export interface StoreAccess {
  /** With the path in front of the bucket, if there is one; path style. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export class StoreWindow {
  readonly #access: StoreAccess;
  readonly #aws: AwsClient;

  constructor(access: StoreAccess) {
    this.#access = access;
    const { region, accessKeyId, secretAccessKey } = access;
    this.#aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  }

  /** SHA-256 in hex; undefined where there is no such object. */
  async sha256(key: string): Promise<string | undefined> {
    const response = await this.#ask(key);
    if (response.status === 404) return undefined;
    if (!response.ok || !response.body) throw new Error(`GET ${key}: ${response.status}`);
    const hash = createHash('sha256');
    for await (const chunk of response.body) hash.update(chunk);
    return hash.digest('hex');
  }

  /** Its stored CRC64NVME, base64, where the store keeps one. */
  async crc64(key: string): Promise<string | undefined> {
    const response = await this.#ask(key, '', {
      method: 'HEAD',
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
    });
    return response.headers.get('x-amz-checksum-crc64nvme') ?? undefined;
  }

  /**
   * Whether a multipart upload still lives. Stores without ListParts are asked by a part: they
   * take it, or know of no such upload.
   */
  async isOpen(key: string, uploadId: string): Promise<boolean> {
    const query = new URLSearchParams({ uploadId });
    const listed = await this.#ask(key, `?${query}`);
    await listed.body?.cancel();
    if (listed.status === 200 || listed.status === 404) return listed.ok;
    query.set('partNumber', '10000');
    const sent = await this.#ask(key, `?${query}`, { method: 'PUT', body: '?' });
    await sent.body?.cancel();
    if (sent.status === 200 || sent.status === 404) return sent.ok;
    throw new Error(`neither list nor part: ${listed.status}, ${sent.status}`);
  }

  /** Removes the upload as a lifecycle rule would, without a word to the Worker. */
  async forget(key: string, uploadId: string): Promise<void> {
    const query = new URLSearchParams({ uploadId });
    const { status } = await this.#ask(key, `?${query}`, { method: 'DELETE' });
    if (status !== 204) throw new Error(`abort: ${status}`);
  }

  /** Puts other bytes in an upload's part, with their own CRC64NVME. */
  async replacePart(
    key: string,
    uploadId: string,
    number: number,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const query = new URLSearchParams({ uploadId, partNumber: String(number) });
    const headers = { 'x-amz-checksum-crc64nvme': checksumOf('crc64nvme', body) };
    const { status } = await this.#ask(key, `?${query}`, { method: 'PUT', headers, body });
    if (status !== 200) throw new Error(`part: ${status}`);
  }

  /** Puts an object of somebody else's there. */
  async put(key: string, body: string): Promise<void> {
    const { status } = await this.#ask(key, '', { method: 'PUT', body });
    if (status !== 200) throw new Error(`put: ${status}`);
  }

  #ask(key: string, query = '', init: RequestInit = {}): Promise<Response> {
    const { endpoint, bucket } = this.#access;
    const path = key.split('/').map(encodeURIComponent).join('/');
    return this.#aws.fetch(`${endpoint}/${bucket}/${path}${query}`, init);
  }
}
