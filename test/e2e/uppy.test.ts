/**
 * Uppy itself, the versions that people have, against this Worker: nothing of theirs is changed but
 * the address. The page is of another origin than the Worker, as an app's would be.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { staticCredentials } from '../../worker/s3/signing/credentials.ts';
import { isProfileName, PROFILES } from '../../worker/s3/profiles.ts';
import { createStore, type Store } from '../../worker/s3/store.ts';
import { writeRandomFile } from './files.ts';
import { slowLine, startBrowser, startProduct, type Product } from './product.ts';
import type { Driver, Outcome } from './uppy-driver.ts';
import { partNumbers, watchTraffic } from './watch.ts';

const MIB = 1024 * 1024;
const LARGE = 22 * MIB;
/** Of 5 MiB, as Uppy cuts. */
const LARGE_PARTS = 5;
const SLOW = 6 * MIB;

let product: Product;
let browser: Browser;
let pages: Server;
let origin: string;
let dir: string;
let store: Store;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-uppy-'));
  const bundles = await bundle();
  pages = createServer(({ url = '' }, response) => {
    const name = url.slice(1, 6);
    const script = bundles.get(name);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<title>${name}</title><input type="file" multiple>
      <script type="module">${script}</script>`);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  product = await startProduct(() => ({ ALLOWED_ORIGINS: origin, COMPANION: 'on' }));
  browser = await startBrowser();
  store = storeOf(product);
});

after(async () => {
  await browser?.close();
  await product?.stop();
  pages?.close();
  await rm(dir, { recursive: true, force: true });
});

for (const version of ['uppy5', 'uppy6'] as const) {
  describe(`Uppy ${version.slice(-1)}`, () => {
    for (const multipart of [true, false]) {
      it(`uploads what it is given ${multipart ? 'in parts' : 'by forms'}`, async () => {
        const files = {
          'empty.bin': 0,
          'one.bin': 1,
          'ü a+b 日本 🚀 #1%.bin': 3 * MIB,
          ...(multipart && { 'large.bin': LARGE }),
        };
        const sums = await writeFiles(files);
        const page = await open(version, multipart);
        const traffic = watchTraffic(page, product.url);
        await (await picker(page)).uploadFile(...Object.keys(files).map((name) => join(dir, name)));
        const outcomes = await upload(page);
        assert.equal(outcomes.length, Object.keys(files).length);
        for (const { name, error, key, location } of outcomes) {
          assert.equal(error, undefined, name);
          assert.ok(key && location, `${name}: ${key} ${location}`);
          assert.equal(await sha256OfObject(key), sums.get(name), name);
        }
        if (multipart) {
          const large = traffic.putUrls.filter(({ pathname }) => pathname.endsWith('large.bin'));
          assert.deepEqual(partNumbers(large), [1, 2, 3, 4, 5]);
        }
        await page.close();
      });
    }

    it('cancels, and leaves nothing open on the store', async () => {
      await writeFiles({ 'cancelled.bin': LARGE });
      const page = await open(version, true);
      await slowLine(page, SLOW);
      const created = page.waitForResponse(
        (response) =>
          response.url().endsWith('/s3/multipart') && response.request().method() === 'POST',
      );
      const deleted = page.waitForResponse(
        (response) => response.request().method() === 'DELETE' && response.ok(),
      );
      await (await picker(page)).uploadFile(join(dir, 'cancelled.bin'));
      const uploading = upload(page);
      const made = (await (await created).json()) as { key: string; uploadId: string };
      await whenParts(page, 1);
      await page.evaluate(() => (globalThis as unknown as { driver: Driver }).driver.cancel());
      await deleted;
      await uploading;
      await assertGone(made);
      await page.close();
    });

    it('goes on after a reload', async () => {
      const sums = await writeFiles({ 'resumed.bin': LARGE });
      const page = await open(version, true);
      await slowLine(page, SLOW);
      await (await picker(page)).uploadFile(join(dir, 'resumed.bin'));
      // The reload ends it.
      upload(page).catch(() => undefined);
      await whenParts(page, 2);
      await whenKept(page);
      const before = await partsOf(page);
      assert.ok(before < LARGE_PARTS, 'it has not been over before the reload');
      await page.reload();
      const traffic = watchTraffic(page, product.url);
      const [outcome] = await page.evaluate(() =>
        (globalThis as unknown as { driver: Driver }).driver.goOn(),
      );
      assert.equal(outcome?.error, undefined);
      assert.equal(await sha256OfObject(outcome?.key ?? ''), sums.get('resumed.bin'));
      const sent = partNumbers(traffic.putUrls);
      if (store.profile.listParts) {
        assert.ok(sent.length <= LARGE_PARTS - before, `sent again: ${sent.join()}`);
      } else {
        assert.deepEqual(sent, [1, 2, 3, 4, 5], 'where nothing can be listed, all is sent again');
      }
      await page.close();
    });
  });
}

async function bundle(): Promise<Map<string, string>> {
  const names = ['uppy5', 'uppy6'];
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(
      names.map((name) => [name, new URL(`${name}/page.ts`, import.meta.url).pathname]),
    ),
    outdir: '/',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // It stands inside a script element.
    charset: 'utf8',
    write: false,
  });
  return new Map(names.map((name, index) => [name, outputFiles[index]?.text ?? '']));
}

async function open(version: string, multipart: boolean): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const query = new URLSearchParams({ endpoint: `${product.url}/companion` });
  if (multipart) query.set('multipart', '');
  await page.goto(`${origin}/${version}?${query}`);
  return page;
}

async function picker(page: Page): Promise<ElementHandle<HTMLInputElement>> {
  const input = await page.$('input');
  assert.ok(input);
  return input;
}

function upload(page: Page): Promise<readonly Outcome[]> {
  return page.evaluate(() => (globalThis as unknown as { driver: Driver }).driver.upload());
}

function partsOf(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { driver: Driver }).driver.parts);
}

async function whenParts(page: Page, parts: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => (globalThis as unknown as { driver: Driver }).driver.parts >= wanted,
    { timeout: 240_000 },
    parts,
  );
}

async function whenKept(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => (await (globalThis as unknown as { driver: Driver }).driver.kept()) > 0,
    { timeout: 240_000 },
  );
}

/** Writes files of random bytes; their SHA-256 by name. */
async function writeFiles(files: Readonly<Record<string, number>>): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const [name, bytes] of Object.entries(files)) {
    sums.set(name, await writeRandomFile(join(dir, name), bytes));
  }
  return sums;
}

async function sha256OfObject(key: string): Promise<string> {
  const { url } = await store.presignGet(key, { expiresIn: 60 });
  const response = await fetch(url);
  assert.equal(response.status, 200, `${key}: ${await response.clone().text()}`);
  const hash = createHash('sha256');
  for await (const chunk of response.body ?? []) hash.update(chunk);
  return hash.digest('hex');
}

/** No part is taken any more, and there is no object. */
async function assertGone(upload: { key: string; uploadId: string }): Promise<void> {
  const { key } = upload;
  const payload = Buffer.from(upload.uploadId.split('.')[1] ?? '', 'base64url').toString();
  const { uploadId } = (JSON.parse(payload) as { multipart: { uploadId: string } }).multipart;
  const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
  const { url, headers } = await signer.sign(1, 1);
  const response = await fetch(url, { method: 'PUT', headers: { ...headers }, body: 'x' });
  assert.equal(response.status, 404, await response.text());
  assert.equal(await store.head(key), undefined);
}

/** The store behind the product, as its owner sees it. */
function storeOf({ url }: Product): Store {
  const { env } = process;
  const name = env['S3_PROFILE'] ?? 'r2-local';
  assert.ok(isProfileName(name));
  const profile = PROFILES[name];
  return createStore({
    endpoint: env['S3_ENDPOINT'] ?? `${url}/cdn-cgi/local/r2/s3`,
    bucket: env['S3_BUCKET'] ?? 'uploads',
    region: env['S3_REGION'] ?? profile.defaultRegion,
    style: 'path',
    profile,
    credentials: staticCredentials({
      accessKeyId: env['S3_ACCESS_KEY_ID'] ?? 'local',
      secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? 'local-and-not-a-secret',
    }),
  });
}
