/**
 * A store that looks at the clock: it refuses what is signed too long ago, or with keys that have
 * expired, checks every signature and checksum, and remembers each part as the range of the file that
 * it is, so that 50 GB take no memory.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from '../../../worker/s3/signing/credentials.ts';
import { rangeOf } from './file.ts';

export const HOST = 'store.test';
const BUCKET = 'uploads';
const TOKEN = 'x-amz-meta-upload-token';
const CHECKSUM = 'x-amz-checksum-crc64nvme';

interface StoredPart {
  readonly start: number;
  readonly end: number;
  readonly etag: string;
  readonly checksum: string;
}

interface OpenUpload {
  readonly key: string;
  readonly token: string;
  readonly parts: Map<number, StoredPart>;
}

/** What became of one PUT of a part. `lost`: the line broke before it had come. */
export interface PutEntry {
  readonly number: number;
  readonly outcome: 'stored' | 'lost' | 'ExpiredToken' | 'RequestExpired';
}

export interface PutAnswer {
  readonly status: number;
  readonly etag?: string;
  readonly body: string;
}

export class DayStore {
  readonly log: PutEntry[] = [];
  readonly objects = new Map<string, { token: string; parts: readonly StoredPart[] }>();
  /** Kinds of requests of the Worker, counted. */
  readonly asked = new Map<string, number>();
  /** Keys by which parts were signed. */
  readonly keyIds = new Set<string>();
  readonly #uploads = new Map<string, OpenUpload>();
  readonly #now: () => number;
  readonly #keys: (accessKeyId: string) => Credentials | undefined;
  #opened = 0;

  /** `keys` gives the credentials of that id, also those that have expired. */
  constructor(now: () => number, keys: (accessKeyId: string) => Credentials | undefined) {
    this.#now = now;
    this.#keys = keys;
  }

  get open(): number {
    return this.#uploads.size;
  }

  /** A part has come, of a request that began at `beganAt`. */
  async put(
    address: string,
    headers: Readonly<Record<string, string>>,
    body: Blob,
    beganAt: number,
    checksumOf: (body: Blob) => Promise<string>,
  ): Promise<PutAnswer> {
    const url = new URL(address);
    const query = url.searchParams;
    const number = Number(query.get('partNumber'));
    const refused = this.#refusal(
      url,
      { ...headers, 'content-length': String(body.size) },
      beganAt,
    );
    if (refused) {
      this.log.push({ number, outcome: refused });
      return { status: 403, body: `<Error><Code>${refused}</Code></Error>` };
    }
    const upload = this.#uploads.get(query.get('uploadId') ?? '');
    assert.ok(upload, 'the upload is open');
    const checksum = headers[CHECKSUM] ?? '';
    assert.equal(checksum, await checksumOf(body), `the checksum of part ${number}`);
    const { start, end } = rangeOf(body);
    const etag = `"${createHash('md5').update(`${start}-${end}`).digest('hex')}"`;
    upload.parts.set(number, { start, end, etag, checksum });
    this.log.push({ number, outcome: 'stored' });
    return { status: 200, etag, body: '' };
  }

  /** A request of the Worker's, signed by header. */
  readonly control = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const keyId = /Credential=([^/]+)\//.exec(request.headers.get('authorization') ?? '')?.[1];
    const keys = this.#keys(keyId ?? '');
    assert.ok(keys, `keys ${keyId}`);
    if (this.#isOver(keys)) return xmlResponse(400, '<Error><Code>ExpiredToken</Code></Error>');
    const { method } = request;
    const url = new URL(request.url);
    const kind = `${method} ${[...url.searchParams.keys()].join('&')}`;
    this.asked.set(kind, (this.asked.get(kind) ?? 0) + 1);
    const key = decodeURIComponent(url.pathname).slice(`/${BUCKET}/`.length);
    return this.#answer(method, key, url.searchParams, request);
  };

  async #answer(method: string, key: string, query: URLSearchParams, request: Request) {
    const id = query.get('uploadId') ?? '';
    if (method === 'HEAD') return this.#head(key);
    if (method === 'GET' && query.has('uploads')) {
      return result('ListMultipartUploadsResult', '<IsTruncated>false</IsTruncated>');
    }
    if (method === 'POST' && query.has('uploads')) {
      const made = `upload-${++this.#opened}`;
      const token = request.headers.get(TOKEN) ?? '';
      this.#uploads.set(made, { key, token, parts: new Map() });
      return result('InitiateMultipartUploadResult', `<UploadId>${made}</UploadId>`);
    }
    const upload = this.#uploads.get(id);
    if (!upload) return xmlResponse(404, '<Error><Code>NoSuchUpload</Code></Error>');
    if (method === 'GET') return list(upload, Number(query.get('part-number-marker') ?? 0));
    this.#uploads.delete(id);
    if (method === 'DELETE') return new Response(null, { status: 204 });
    const named = [
      ...(await request.text()).matchAll(/<PartNumber>(\d+)<.*?<ETag>(.*?)<\/ETag>/gs),
    ];
    const parts = named.map(([, number, etag = '']) => {
      const part = upload.parts.get(Number(number));
      assert.equal(etag.replaceAll('&quot;', '"'), part?.etag, `the ETag of part ${number}`);
      return part as StoredPart;
    });
    this.objects.set(key, { token: upload.token, parts });
    return result('CompleteMultipartUploadResult', '<ETag>"whole"</ETag>');
  }

  #head(key: string): Response {
    const object = this.objects.get(key);
    if (!object) return new Response(null, { status: 404 });
    const { parts, token } = object;
    return new Response(null, {
      headers: { 'content-length': String(parts.at(-1)?.end), etag: '"whole"', [TOKEN]: token },
    });
  }

  #isOver({ expiresAt = Infinity }: Credentials, at = this.#now()): boolean {
    return at >= expiresAt;
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
  #refusal(
    url: URL,
    headers: Readonly<Record<string, string>>,
    at: number,
  ): PutEntry['outcome'] | undefined {
    const query = url.searchParams;
    const get = (name: string) => query.get(`X-Amz-${name}`) ?? '';
    const [keyId = '', day = '', region = '', service = ''] = get('Credential').split('/');
    const keys = this.#keys(keyId);
    assert.ok(keys, `keys ${keyId}`);
    this.keyIds.add(keyId);
    assert.equal(get('Security-Token'), keys.sessionToken);
    const signed = get('SignedHeaders');
    const all: Readonly<Record<string, string>> = { ...headers, host: url.host };
    const lines = signed.split(';').map((name) => `${name}:${all[name]}\n`);
    const rest = url.search
      .slice(1)
      .split('&')
      .filter((pair) => !pair.startsWith('X-Amz-Signature='));
    const canonical = [
      'PUT',
      url.pathname,
      rest.sort().join('&'),
      lines.join(''),
      signed,
      'UNSIGNED-PAYLOAD',
    ];
    const scope = `${day}/${region}/${service}/aws4_request`;
    const hash = createHash('sha256').update(canonical.join('\n')).digest('hex');
    const text = ['AWS4-HMAC-SHA256', get('Date'), scope, hash].join('\n');
    let signature: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`);
    for (const piece of [...scope.split('/'), text]) {
      signature = createHmac('sha256', signature).update(piece).digest();
    }
    assert.equal(get('Signature'), signature.toString('hex'), 'the signature');
    const signedAt = Date.parse(
      get('Date').replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'),
    );
    if (at > signedAt + Number(get('Expires')) * 1000) return 'RequestExpired';
    return this.#isOver(keys, at) ? 'ExpiredToken' : undefined;
  }
}

function list({ parts }: OpenUpload, marker: number): Response {
  const all = [...parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = all.slice(0, 1000);
  const entries = page.map(
    ([number, { start, end, etag, checksum }]) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>${end - start}</Size>` +
      `<ChecksumCRC64NVME>${checksum}</ChecksumCRC64NVME></Part>`,
  );
  const next = all.length > page.length ? page.at(-1)?.[0] : undefined;
  const marks = `<IsTruncated>${next !== undefined}</IsTruncated><NextPartNumberMarker>${next ?? 0}</NextPartNumberMarker>`;
  return result('ListPartsResult', marks + entries.join(''));
}

function result(root: string, body: string): Response {
  return xmlResponse(200, `<${root}>${body}</${root}>`);
}

function xmlResponse(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/xml' } });
}
