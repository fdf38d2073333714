/**
 * Cloudflare R2 as its documentation describes it: it verifies signatures and checksums, and enforces
 * what a locally signed session may do. It is not the real R2, which may differ.
 * https://developers.cloudflare.com/r2/api/s3/temporary-credentials/
 * https://developers.cloudflare.com/r2/api/s3/api/#checksum-types
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Headers, Response, type Request } from 'miniflare';
import { quickSum } from '../quick-sums.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const HOST = `${ACCOUNT}.r2.cloudflarestorage.com`;
const BUCKET = 'uploads';
const PARENT = { accessKeyId: 'parent-access-key', secretAccessKey: 'parent-secret-key' };

/** By what the store knows what it is asked. Only the operations that the Worker uses. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'POST uploads': 'CreateMultipartUpload',
  'PUT uploadId': 'UploadPart',
  'GET uploadId': 'ListParts',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
  'HEAD ': 'HeadObject',
  'DELETE ': 'DeleteObject',
  'GET ': 'GetObject',
};

/** What a session's token says. */
export interface Claims {
  readonly bucket: string;
  readonly actions: readonly string[];
  readonly paths?: { readonly prefixPaths: readonly string[] };
  readonly sub: string;
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
}

/** One request that was signed correctly. */
export interface Admitted {
  readonly operation: string;
  readonly isPresigned: boolean;
  /** Absent if the long-lived keys signed it. */
  readonly session?: Claims;
}

const XML = { 'content-type': 'application/xml' };

type Metadata = [name: string, value: string][];

interface Upload {
  readonly parts: Buffer[];
  readonly metadata: Metadata;
  /** Whether the whole object has a CRC64NVME. */
  readonly isSummed: boolean;
}

/** What an upload may begin with: the algorithm and the type of its checksum. */
const CHECKSUMS = new Set(['', 'CRC64NVME FULL_OBJECT', 'CRC32C ', 'CRC32C COMPOSITE']);

class Denied extends Error {}

/** What the real R2 might do although it is documented otherwise. */
interface Quirks {
  /** It has no CRC64NVME of a multipart object, as before July 2025. */
  readonly isOld?: boolean;
  /** It does not compare the CRC64NVME of a whole object. */
  readonly ignoresWhole?: boolean;
  /** It accepts a session in headers only, as reported in
   * https://community.cloudflare.com/t/cant-create-r2-presigned-urls-with-tempaccesscredentials/683457. */
  readonly refusesSessionInUrl?: boolean;
}

export class FakeR2 {
  readonly settings = {
    S3_ENDPOINT: `https://${HOST}`,
    S3_BUCKET: BUCKET,
    S3_ACCESS_KEY_ID: PARENT.accessKeyId,
    S3_SECRET_ACCESS_KEY: PARENT.secretAccessKey,
  };
  readonly admitted: Admitted[] = [];
  /** The checksum that each Create asked for, as in `CRC64NVME FULL_OBJECT`. */
  readonly begun: string[] = [];
  readonly #quirks: Quirks;
  readonly #uploads = new Map<string, Upload>();
  readonly #objects = new Map<string, { readonly bytes: Buffer; readonly metadata: Metadata }>();

  constructor(quirks: Quirks = {}) {
    this.#quirks = quirks;
  }

  /** The keys of all objects, and how many uploads are open. */
  get left(): { readonly keys: readonly string[]; readonly open: number } {
    return { keys: [...this.#objects.keys()], open: this.#uploads.size };
  }

  /** Answers a request to the store. */
  readonly answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    const kind = ['uploadId', 'uploads'].find((name) => url.searchParams.has(name)) ?? '';
    const operation = OPERATIONS[`${request.method} ${kind}`] ?? 'another';
    const key = decodeURIComponent(url.pathname.slice(`/${BUCKET}/`.length));
    // No forms: https://developers.cloudflare.com/r2/api/s3/presigned-urls/#supported-http-methods
    if (request.method === 'POST' && kind === '') return failed(501, 'NotImplemented');
    try {
      if (url.host !== HOST || !url.pathname.startsWith(`/${BUCKET}/`)) throw new Denied('bucket');
      const session = sessionOf(request, url);
      assertSigned(request, url, body, session?.secret ?? PARENT.secretAccessKey);
      if (session) assertAllowed(session.claims, operation, key);
      const isPresigned = url.searchParams.has('X-Amz-Signature');
      if (session && isPresigned && this.#quirks.refusesSessionInUrl) throw new Denied('token');
      this.admitted.push({ operation, isPresigned, ...(session && { session: session.claims }) });
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      const text = `<Error><Code>AccessDenied</Code><Message>${error.message}</Message></Error>`;
      return new Response(text, { status: 403, headers: XML });
    }
    const metadata = [...request.headers].filter(([name]) => name.startsWith('x-amz-meta-'));
    return this.#perform(operation, key, url.searchParams, body, metadata, request.headers);
  };

  #perform(
    operation: string,
    key: string,
    query: URLSearchParams,
    body: Buffer,
    metadata: Metadata,
    headers: Request['headers'],
  ): Response {
    if (operation === 'CreateMultipartUpload') {
      const id = randomUUID();
      const algorithm = headers.get('x-amz-checksum-algorithm') ?? '';
      const checksum = algorithm && `${algorithm} ${headers.get('x-amz-checksum-type') ?? ''}`;
      this.begun.push(checksum);
      const isSummed = algorithm === 'CRC64NVME';
      if (!CHECKSUMS.has(checksum) || (isSummed && this.#quirks.isOld === true)) {
        return failed(501, 'NotImplemented');
      }
      this.#uploads.set(id, { parts: [], metadata, isSummed });
      return xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`);
    }
    const uploadId = query.get('uploadId') ?? '';
    const upload = this.#uploads.get(uploadId);
    if (operation === 'UploadPart' && upload) {
      if (!isIntact(body, headers)) return failed(400, 'BadDigest');
      upload.parts[Number(query.get('partNumber')) - 1] = body;
      return new Response(null, { headers: { etag: etagOf(body) } });
    }
    if (operation === 'ListParts' && upload) {
      const listed = upload.parts.map((bytes, index) => {
        const fields = `<ETag>${etagOf(bytes)}</ETag><Size>${bytes.length}</Size>`;
        return `<Part><PartNumber>${index + 1}</PartNumber>${fields}</Part>`;
      });
      return xml('ListPartsResult', `<IsTruncated>false</IsTruncated>${listed.join('')}`);
    }
    if (operation === 'CompleteMultipartUpload' && upload) {
      const bytes = Buffer.concat(upload.parts);
      const isWrong = upload.isSummed && !isIntact(bytes, headers);
      if (isWrong && this.#quirks.ignoresWhole !== true) return failed(400, 'BadDigest');
      const sum = quickSum('crc64nvme', bytes);
      const summed: Metadata = upload.isSummed ? [['x-amz-checksum-crc64nvme', sum]] : [];
      this.#objects.set(key, { bytes, metadata: [...upload.metadata, ...summed] });
      this.#uploads.delete(uploadId);
      const shown = upload.isSummed ? `<ChecksumCRC64NVME>${sum}</ChecksumCRC64NVME>` : '';
      return xml('CompleteMultipartUploadResult', `<ETag>${etagOf(bytes)}</ETag>${shown}`);
    }
    if (operation === 'AbortMultipartUpload' && upload) {
      this.#uploads.delete(uploadId);
      return new Response(null, { status: 204 });
    }
    if (operation === 'DeleteObject') {
      this.#objects.delete(key);
      return new Response(null, { status: 204 });
    }
    if (query.has('uploadId')) return failed(404, 'NoSuchUpload');
    const object = this.#objects.get(key);
    if (!object || !['HeadObject', 'GetObject'].includes(operation)) {
      return failed(404, 'NoSuchKey');
    }
    const { bytes } = object;
    const answered = new Headers(object.metadata);
    answered.set('etag', etagOf(bytes));
    answered.set('content-length', String(bytes.length));
    return new Response(operation === 'HeadObject' ? null : bytes, { headers: answered });
  }
}

/** The session that the request carries, verified with the secret of the API token. */
function sessionOf(
  request: Request,
  url: URL,
): { readonly claims: Claims; readonly secret: string } | undefined {
  const token =
    url.searchParams.get('X-Amz-Security-Token') ?? request.headers.get('x-amz-security-token');
  if (token === null) return undefined;
  const [scheme, jwt = ''] = Buffer.from(token, 'base64').toString().split('/', 2);
  const [head = '', payload = '', signature] = jwt.split('.');
  const hmac = createHmac('sha256', PARENT.secretAccessKey).update(`${head}.${payload}`);
  if (scheme !== 'jwt' || hmac.digest('base64url') !== signature) throw new Denied('token');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  return { claims, secret: sha256(jwt) };
}

function assertAllowed(claims: Claims, operation: string, key: string): void {
  const { sub, iss, aud, exp, bucket, actions, paths } = claims;
  if (sub !== ACCOUNT || iss !== PARENT.accessKeyId || aud !== HOST) throw new Denied('parties');
  if (exp * 1000 <= Date.now()) throw new Denied('expired');
  if (bucket !== BUCKET) throw new Denied('another bucket');
  if (!actions.includes(operation)) throw new Denied(`operation ${operation}`);
  if (paths && !paths.prefixPaths.some((prefix) => key.startsWith(prefix))) {
    throw new Denied('another prefix');
  }
}

/**
 * Computes the signature again, from the query of a presigned URL or from the headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function assertSigned(request: Request, url: URL, body: Buffer, secret: string): void {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const header = (name: string): string =>
    name === 'host'
      ? url.host
      : name === 'content-length'
        ? String(body.length)
        : (request.headers.get(name) ?? '');
  const authorization = new Map(
    header('authorization')
      .replace('AWS4-HMAC-SHA256 ', '')
      .split(/, ?/)
      .map((pair) => pair.split('=', 2) as [string, string]),
  );
  const field = (name: string): string =>
    url.searchParams.get(`X-Amz-${name}`) ?? authorization.get(name) ?? '';
  const date = url.searchParams.get('X-Amz-Date') ?? header('x-amz-date');
  const signedAt = Date.parse(date.replace(/^(.{4})(..)(.{5})(..)/, '$1-$2-$3:$4:'));
  if (signedAt + Number(field('Expires') || 900) * 1000 < Date.now()) throw new Denied('expired');
  const [accessKeyId, ...scope] = field('Credential').split('/');
  const names = field('SignedHeaders').split(';');
  const canonical = [
    request.method,
    url.pathname,
    query
      .map((pair) => pair.map(encode).join('='))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${header(name)}`),
    '',
    names.join(';'),
    header('x-amz-content-sha256') || 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  let key: string | Buffer = `AWS4${secret}`;
  for (const step of scope) key = createHmac('sha256', key).update(step).digest();
  const signature = createHmac('sha256', key).update(text).digest('hex');
  if (accessKeyId !== PARENT.accessKeyId || signature !== field('Signature')) {
    throw new Denied('signature');
  }
}

/** Whether the bytes have the checksums that the headers say. */
function isIntact(bytes: Buffer, headers: Request['headers']): boolean {
  return (['crc64nvme', 'crc32c'] as const).every((algorithm) => {
    const wanted = headers.get(`x-amz-checksum-${algorithm}`);
    return wanted === null || wanted === quickSum(algorithm, bytes);
  });
}

function failed(status: number, code: string): Response {
  return new Response(`<Error><Code>${code}</Code></Error>`, { status, headers: XML });
}

function xml(root: string, content: string): Response {
  return new Response(`<${root}>${content}</${root}>`, { headers: XML });
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
