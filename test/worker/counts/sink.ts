/** A store that swallows: it remembers how much of what it was given, and nothing else of it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { staticCredentials } from '../../../worker/s3/signing/credentials.ts';
import type { Profile } from '../../../worker/s3/profile.ts';
import { createStore } from '../../../worker/s3/store.ts';
import type { Running } from '../s3/stores.ts';

const TOKEN = 'x-amz-meta-upload-token';
const BUCKET = 'uploads';

interface Upload {
  readonly key: string;
  readonly token: string;
  readonly parts: Map<number, Part>;
}

interface Part {
  readonly bytes: number;
  /** As ListParts shows it. */
  readonly checksum: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string | number>;
  readonly body?: string;
}

export interface Sink {
  readonly running: Running;
  /** What a page sends straight to the store; the ETag. */
  take(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Blob | FormData | undefined,
  ): string;
  readonly objects: ReadonlyMap<string, { readonly bytes: number }>;
  /** Requests of the Worker so far. */
  readonly asked: readonly string[];
  /** Number of requests of the page so far. */
  taken(): number;
  stop(): void;
}

/** Speaks as much S3 as the Worker asks for, as a store of this profile would. */
export async function startSink(profile: Profile): Promise<Sink> {
  const uploads = new Map<string, Upload>();
  const objects = new Map<string, { bytes: number; token: string }>();
  const asked: string[] = [];
  let fromPage = 0;
  let opened = 0;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const pieces: Uint8Array[] = [];
    request.on('data', (piece: Uint8Array) => pieces.push(piece));
    request.on('end', async () => {
      const sent = await bodyOf(request, Buffer.concat(pieces));
      const { status, headers, body } = sent === undefined ? answer(request) : taken(request, sent);
      response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: BUCKET,
    region: 'us-east-1',
    style: 'path' as const,
    profile,
    credentials: staticCredentials(credentials),
  };
  return {
    objects,
    asked,
    taken: () => fromPage,
    running: { config, credentials, store: createStore(config), key: (name = 'x') => name },
    take,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };

  function take(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Blob | FormData | undefined,
  ): string {
    fromPage++;
    const { searchParams, pathname } = new URL(url);
    const upload = uploads.get(searchParams.get('uploadId') ?? '');
    const number = Number(searchParams.get('partNumber'));
    if (body instanceof FormData) {
      const { size: bytes } = body.get('file') as Blob;
      objects.set(String(body.get('key')), { bytes, token: String(body.get(TOKEN)) });
    } else if (method === 'PUT' && upload) {
      upload.parts.set(number, { bytes: body?.size ?? 0, checksum: checksumXml(headers) });
    } else {
      objects.set(keyOf(pathname), { bytes: body?.size ?? 0, token: headers[TOKEN] ?? '' });
    }
    return `"${number || 'whole'}"`;
  }

  /** The same over HTTP, where a part of an upload that is over is refused. */
  function taken({ method = '', url = '', headers }: IncomingMessage, sent: Blob | FormData) {
    const whole = new URL(url, 'http://sink');
    const id = whole.searchParams.get('uploadId');
    if (id !== null && !uploads.has(id)) return NO_SUCH_UPLOAD;
    const etag = take(method, whole.href, headers as Record<string, string>, sent);
    return { status: sent instanceof FormData ? 204 : 200, headers: { etag } };
  }

  function answer({ method, url = '', headers }: IncomingMessage): Answer {
    const { searchParams, pathname } = new URL(url, 'http://sink');
    const key = keyOf(pathname);
    const id = searchParams.get('uploadId') ?? '';
    const upload = uploads.get(id);
    if (method === 'HEAD') {
      const object = objects.get(key);
      if (!object) return { status: 404 };
      const { bytes, token } = object;
      return { status: 200, headers: { 'content-length': bytes, etag: '"whole"', [TOKEN]: token } };
    }
    if (method === 'POST' && searchParams.has('uploads')) {
      const made = `upload-${(opened += 1)}`;
      uploads.set(made, { key, token: String(headers[TOKEN]), parts: new Map() });
      return xml('InitiateMultipartUploadResult', `<UploadId>${made}</UploadId>`);
    }
    if (method === 'GET' && searchParams.has('uploads')) {
      return xml('ListMultipartUploadsResult', '<IsTruncated>false</IsTruncated>');
    }
    if (method === 'DELETE' && id === '') {
      objects.delete(key);
      return { status: 204 };
    }
    if (!upload) return NO_SUCH_UPLOAD;
    if (method === 'GET') {
      const marker = Number(searchParams.get('part-number-marker') ?? 0);
      const all = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
      const page = all.slice(0, 1000).map(([number, part]) => partXml(number, part));
      return xml('ListPartsResult', `<IsTruncated>false</IsTruncated>${page.join('')}`);
    }
    uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const bytes = [...upload.parts.values()].reduce((sum, part) => sum + part.bytes, 0);
    objects.set(key, { bytes, token: upload.token });
    return xml('CompleteMultipartUploadResult', '<ETag>"whole"</ETag>');
  }
}

const NO_SUCH_UPLOAD: Answer = { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' };

/** What a client sends to be stored; undefined for what the Worker asks. */
async function bodyOf(
  { method, headers }: IncomingMessage,
  bytes: Buffer<ArrayBuffer>,
): Promise<Blob | FormData | undefined> {
  if (method === 'PUT') return new Blob([bytes]);
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return undefined;
  return new Response(bytes, { headers: { 'content-type': type } }).formData();
}

function keyOf(pathname: string): string {
  return decodeURIComponent(pathname).slice(`/${BUCKET}/`.length);
}

function partXml(number: number, { bytes, checksum }: Part): string {
  return `<Part><PartNumber>${number}</PartNumber><ETag>"${number}"</ETag><Size>${bytes}</Size>${checksum}</Part>`;
}

function checksumXml(headers: Readonly<Record<string, string>>): string {
  const start = 'x-amz-checksum-';
  const name = Object.keys(headers).find((header) => header.startsWith(start));
  if (name === undefined) return '';
  const tag = `Checksum${name.slice(start.length).toUpperCase()}`;
  return `<${tag}>${headers[name]}</${tag}>`;
}

function xml(root: string, body: string): Answer {
  return { status: 200, body: `<${root}>${body}</${root}>` };
}
