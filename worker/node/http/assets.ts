/** The element's files and the page at `/`, as Cloudflare serves the static assets of the Worker. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { readHeaderRules } from './header-rules.ts';

/** Answers a request for an asset. Undefined if there is none of this path. */
export type Assets = (request: Request) => Promise<Response | undefined>;

interface Asset {
  readonly body: Buffer;
  readonly headers: Headers;
  /** By the name of the encoding; made when it is first asked for. */
  readonly encoded: Map<string, Promise<Buffer>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** https://developers.cloudflare.com/workers/static-assets/headers/#default-headers */
const REVALIDATED = 'public, max-age=0, must-revalidate';

/** Beside this file's folder in the package, and beside the sources in a clone. */
const FOLDERS = ['../../../page/', '../../../dist/page/'];

/** The best first. */
const ENCODINGS: readonly (readonly [string, (body: Buffer) => Promise<Buffer>])[] = [
  ['br', compressBrotli],
  ['gzip', (body) => promisify(gzip)(body, { level: constants.Z_BEST_COMPRESSION })],
];

/**
 * Serves the files of a folder. It is read once, so a new build needs a new start.
 *
 * @param folder with the built page, such as `builtPage()`.
 */
export function createAssets(folder: string): Assets {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  // The rules for headers, and folders, have no extension.
  const names = new Set(files.filter((name) => extname(name) !== '').map(withSlashes));
  const loaded = new Map<string, Promise<Asset>>();
  const read = (name: string): Promise<Asset> => {
    const asset = loaded.get(name) ?? load(folder, name);
    loaded.set(name, asset);
    return asset;
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/index.html') return redirect('/');
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    if (!names.has(name)) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    }
    return answer(request, await read(name));
  };
}

/** As in a URL, also on Windows. */
function withSlashes(name: string): string {
  return name.replaceAll('\\', '/');
}

/** The folder of the built page. Undefined in a clone in which it has not been built. */
export function builtPage(): string | undefined {
  const folders = FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, 's3-upload.js')));
}

async function load(folder: string, name: string): Promise<Asset> {
  const [body, rules] = await Promise.all([
    readFile(join(folder, name)),
    readFile(join(folder, '_headers'), 'utf8').catch(() => ''),
  ]);
  const headers = readHeaderRules(rules)(name === 'index.html' ? '/' : `/${name}`);
  headers.set('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
  // Weak, because it is the same for every encoding.
  headers.set('etag', `W/"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`);
  headers.set('vary', 'Accept-Encoding');
  if (!headers.has('cache-control')) headers.set('cache-control', REVALIDATED);
  return { body, headers, encoded: new Map() };
}

async function answer(request: Request, asset: Asset): Promise<Response> {
  const headers = new Headers(asset.headers);
  if (isKnown(request.headers.get('if-none-match'), headers.get('etag') ?? '')) {
    return new Response(null, { status: 304, headers });
  }
  const body = await encode(request, asset, headers);
  headers.set('content-length', String(body.length));
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), { headers });
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
function isKnown(condition: string | null, etag: string): boolean {
  const tags = condition?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

async function encode(request: Request, asset: Asset, headers: Headers): Promise<Buffer> {
  const accepted = acceptedEncodings(request.headers.get('accept-encoding') ?? '');
  for (const [name, compress] of ENCODINGS) {
    if (!accepted.has(name)) continue;
    const encoded = asset.encoded.get(name) ?? compress(asset.body);
    asset.encoded.set(name, encoded);
    headers.set('content-encoding', name);
    return encoded;
  }
  return asset.body;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding */
function acceptedEncodings(header: string): ReadonlySet<string> {
  const entries = header.split(',').map((entry) => entry.trim().toLowerCase());
  const accepted = entries.filter((entry) => !/;\s*q=0(\.0+)?$/.test(entry));
  return new Set(accepted.map((entry) => entry.split(';', 1)[0]?.trim() ?? ''));
}

function redirect(path: string): Response {
  return new Response(null, { status: 307, headers: { location: path } });
}

function compressBrotli(body: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(body, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  });
}
