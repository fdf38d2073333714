/** The element's files are served on Node.js as Cloudflare serves them. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { createAssets, type Assets } from '../../../worker/node/http/assets.ts';
import { dispose } from '../dispose.ts';

const HEADERS = fileURLToPath(new URL('../../../worker/page/_headers', import.meta.url));
/** Files with the names that a build gives them. */
const FILES = [
  'index.html',
  'page.css',
  'page.js',
  's3-upload.js',
  's3-upload.js.map',
  's3-upload-first-file-Bf2SpbA3.js',
  's3-upload.licenses.txt',
  'i18n/de.js',
  'openapi.json',
];
/** Headers that tell a browser what it may do with a file. */
const COMPARED = [
  'access-control-allow-origin',
  'cache-control',
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'x-content-type-options',
];

describe('the assets', () => {
  let assets: Assets;
  let miniflare: Miniflare;
  let page: string;
  before(async () => {
    page = await mkdtemp(join(tmpdir(), 's3-upload-page-'));
    await mkdir(join(page, 'i18n'));
    await cp(HEADERS, join(page, '_headers'));
    await Promise.all(
      FILES.map((name) => writeFile(join(page, name), `/* ${name} */\n`.repeat(100))),
    );
    assets = createAssets(page);
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: 'export default { fetch: () => new Response("the Worker", { status: 418 }) };',
        compatibilityDate: '2026-11-01',
        assets: { directory: page, routerConfig: { has_user_worker: true } },
      }),
    );
    await miniflare.ready;
  });
  after(async () => {
    await dispose(miniflare);
    await rm(page, { recursive: true });
  });

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await assets(new Request(`http://localhost${path}`, { headers }));
    assert.ok(response, path);
    return response;
  };
  it('have the status, the body and the headers that Cloudflare gives them', async () => {
    for (const name of FILES) {
      const path = name === 'index.html' ? '/' : `/${name}`;
      const [ours, theirs] = await Promise.all([
        get(path),
        miniflare.dispatchFetch(`http://localhost${path}`),
      ]);
      assert.equal(ours.status, theirs.status, path);
      assert.equal(mediaType(ours), mediaType(theirs as unknown as Response), path);
      for (const name of COMPARED) {
        assert.equal(ours.headers.get(name), theirs.headers.get(name), `${path}: ${name}`);
      }
      const bodies = await Promise.all([ours.arrayBuffer(), theirs.arrayBuffer()]);
      assert.ok(Buffer.from(bodies[0]).equals(Buffer.from(bodies[1])), path);
    }
  });

  it('are taken for what they are said to be, and for nothing else', async () => {
    for (const name of FILES) {
      const { headers } = await get(name === 'index.html' ? '/' : `/${name}`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', name);
    }
  });

  it('leave to the signer what is not a file, the rules for headers included', async () => {
    for (const path of ['/uploads', '/_headers', '/i18n', '/../package.json', '/%2e%2e/x.js']) {
      assert.equal(await assets(new Request(`http://localhost${path}`)), undefined, path);
      const theirs = await miniflare.dispatchFetch(`http://localhost${path}`);
      assert.equal(theirs.status, 418, path);
    }
  });

  it('answer other methods, and /index.html, as Cloudflare does', async () => {
    for (const [path, method] of [
      ['/', 'POST'],
      ['/s3-upload.js', 'DELETE'],
      ['/s3-upload.js', 'HEAD'],
      ['/index.html', 'GET'],
    ] as const) {
      const ours = await assets(new Request(`http://localhost${path}`, { method }));
      const theirs = await miniflare.dispatchFetch(`http://localhost${path}`, {
        method,
        redirect: 'manual',
      });
      assert.equal(ours?.status, theirs.status, `${method} ${path}`);
      assert.equal(ours?.headers.get('location'), theirs.headers.get('location'));
      assert.equal(await ours?.text(), '');
    }
  });

  it('are compressed for whoever takes that, and are the same file', async () => {
    const plain = Buffer.from(await (await get('/s3-upload.js')).arrayBuffer());
    for (const [accepted, encoding, unpack] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip;q=1.0, br;q=0', 'gzip', gunzipSync],
    ] as const) {
      const response = await get('/s3-upload.js', { 'accept-encoding': accepted });
      assert.equal(response.headers.get('content-encoding'), encoding);
      assert.match(response.headers.get('vary') ?? '', /accept-encoding/i);
      const packed = Buffer.from(await response.arrayBuffer());
      assert.equal(response.headers.get('content-length'), String(packed.length));
      assert.ok(packed.length < plain.length / 2, `${packed.length} of ${plain.length}`);
      assert.ok(unpack(packed).equals(plain));
    }
    assert.equal((await get('/s3-upload.js')).headers.get('content-encoding'), null);
  });

  it('are not sent again to whoever has them', async () => {
    const etag = (await get('/s3-upload.js')).headers.get('etag') ?? '';
    for (const condition of [etag, `"other", ${etag}`, etag.replace('W/', ''), '*']) {
      const response = await get('/s3-upload.js', { 'if-none-match': condition });
      assert.equal(response.status, 304, condition);
      assert.equal(await response.text(), '');
    }
    const { status } = await get('/s3-upload.js', { 'if-none-match': '"other"' });
    assert.equal(status, 200);
  });
});

function mediaType(response: Response): string | undefined {
  return response.headers.get('content-type')?.split(';')[0];
}
