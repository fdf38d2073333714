/** After a reload, what was interrupted is offered: with a real file on disk and its real handle. */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import {
  openPage,
  settled,
  slowLine,
  snapshots,
  startBrowser,
  startProduct,
  whenSnapshot,
  type Product,
  type Snapshot,
} from './product.ts';
import { partNumbers, watchTraffic } from './watch.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const PART_BYTES = 8 * MIB;
const PARTS = 12;
const BYTES = PARTS * PART_BYTES;
/** Bytes a second: slow enough to act in the middle of an upload. */
const SLOW = 24 * MIB;

let product: Product;
let browser: Browser;
/** With a journal of its own. */
let context: BrowserContext;
let dir: string;
let page: Page;
let path: string;
let sha256: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-offers-'));
  [product, browser] = await startTogether(startProduct(), startBrowser());
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async ({ name }) => {
  context = await browser.createBrowserContext();
  page = await context.newPage();
  // The element asks before it lets go of a running upload.
  page.on('dialog', (dialog) => void dialog.accept());
  path = join(dir, `${name.replace(/\W+/g, '-').slice(0, 40)}.bin`);
  sha256 = await writeRandomFile(path, BYTES);
});

afterEach(() => context.close());

/** A real drop of the file on disk, with all that a browser gives with one. */
async function drop(paths = [path]): Promise<void> {
  const zone = await page.$('s3-upload >>> [part=zone]');
  const box = await zone?.boundingBox();
  assert.ok(box);
  const session = await page.createCDPSession();
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: box.x + 9, y: box.y + 9, data });
  }
  await session.detach();
}

async function interruptedAtHalf(begin: () => Promise<void>): Promise<Snapshot> {
  await openPage(page, product.url);
  await slowLine(page, SLOW);
  await begin();
  await whenSnapshot(page, ({ loaded, bytes }) => loaded >= bytes / 2);
  const [upload] = await snapshots(page);
  assert.ok(upload);
  return upload;
}

async function pick(): Promise<void> {
  const input = (await page.$('s3-upload >>> input[type=file]')) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(path);
}

/**
 * What has been dropped may be read for as long as some page of the site holds it; after that the
 * browser asks, which one without a screen cannot. So a second tab holds it.
 *
 * @returns how many files are held.
 */
async function keepPermission(): Promise<number> {
  const tab = await context.newPage();
  await tab.goto(`${product.url}/openapi.json`);
  const kept = await tab.evaluate(async () => {
    const opening = indexedDB.open('s3-upload');
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const getting = opening.result.transaction('uploads').objectStore('uploads').getAll();
    await new Promise((resolve) => getting.addEventListener('success', resolve));
    opening.result.close();
    Object.assign(globalThis, { kept: getting.result });
    return getting.result.length;
  });
  await page.bringToFront();
  return kept;
}

/** What the element's own engine knows of. */
function interrupted(): Promise<readonly object[]> {
  return page.evaluate(() => {
    const element = document.querySelector('s3-upload') as unknown as {
      uploader: { interrupted(): Promise<readonly object[]> };
    };
    return element.uploader.interrupted();
  });
}

async function button(action: string): Promise<ElementHandle> {
  const name = `${action} ${path.slice(dir.length + 1)}`;
  const found = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`);
  assert.ok(found, `there is a button “${name}”`);
  return found;
}

/** It has ended whole, and only what was missing was sent. */
async function assertWentOn(before: Snapshot, puts: readonly URL[]): Promise<void> {
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(upload.id, before.id, 'it is the same upload');
  assert.equal(upload.resumed, true);
  assert.equal(await sha256OfUpload(page, upload.id), sha256);
  const missing = PARTS - Math.floor(before.loaded / PART_BYTES);
  assert.ok(puts.length <= missing, `${puts.length} PUTs for ${missing} missing parts`);
  assert.equal(new Set(partNumbers(puts)).size, puts.length, 'none twice');
}

test('a dropped file goes on with one click', async () => {
  const before = await interruptedAtHalf(drop);
  await keepPermission();
  await page.reload();
  const { putUrls } = watchTraffic(page, product.url);
  await (await button('Continue')).click();
  await whenSnapshot(page, ({ id }) => id === before.id);
  await assertWentOn(before, putUrls);
  assert.equal(await page.$('s3-upload >>> [part~=row-interrupted]'), null);
});

test('of a whole drop nothing is lost: what waited for its turn goes on as well, with one click', async () => {
  const files = await Promise.all(
    Array.from({ length: 9 }, async (_, at) => {
      const [name, bytes] = at < 5 ? ['reel.mov', 3 * PART_BYTES] : ['photo.jpg', 4 * MIB];
      const path = join(dir, `${at}-${name}`);
      return { path, sha256: await writeRandomFile(path, bytes) };
    }),
  );
  await openPage(page, product.url);
  await slowLine(page, MIB);
  await drop(files.map(({ path }) => path));
  await whenSnapshot(page, ({ sent }) => sent > 0);
  const before = await snapshots(page);
  assert.equal(before.length, files.length);
  while ((await keepPermission()) < files.length);
  await page.reload();
  const all = await page.waitForSelector('::-p-aria([name="Continue all"][role="button"])');
  assert.equal((await interrupted()).length, files.length);
  await slowLine(page, 2 * SLOW);
  await all?.click();
  const after = await settled(page);
  assert.deepEqual(
    after.map(({ id, status }) => [id, status]),
    before.map(({ id }) => [id, 'done']),
  );
  for (const [at, { sha256 }] of files.entries()) {
    assert.equal(await sha256OfUpload(page, before[at]?.id ?? ''), sha256);
  }
  assert.equal(await page.$('s3-upload >>> [part~=row-interrupted]'), null);
});

test('a picked file goes on when it is chosen again', async () => {
  const before = await interruptedAtHalf(pick);
  await page.reload();
  const { putUrls } = watchTraffic(page, product.url);
  const [chooser] = await Promise.all([
    page.waitForFileChooser(),
    button('Choose again').then((again) => again.click()),
  ]);
  await chooser.accept([path]);
  await assertWentOn(before, putUrls);
  assert.equal(await page.$('s3-upload >>> [part~=row-interrupted]'), null);
});

test('a file that has changed since is not gone on with, and the page says so', async () => {
  await interruptedAtHalf(drop);
  await keepPermission();
  await page.reload();
  const goOn = await button('Continue');
  await appendFile(path, 'and more');
  await goOn.click();
  await button('Choose again');
  const error = await page.$eval('s3-upload >>> [part=error]', (line) => line.textContent);
  assert.match(error ?? '', /The file has changed on disk/);
  assert.deepEqual(await snapshots(page), []);
});

test('what is discarded is aborted on the store, and offered no more', async () => {
  const before = await interruptedAtHalf(pick);
  await page.reload();
  const aborted = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await (await button('Discard')).click();
  assert.equal((await aborted).status(), 204);
  const status = await page.evaluate(
    async (path) => (await fetch(path, { method: 'POST' })).status,
    `/uploads/${before.id}/resume`,
  );
  assert.equal(status, 409, 'an aborted upload conflicts with being resumed');
  await page.reload();
  assert.deepEqual(await interrupted(), []);
});

test('a page that finds nothing interrupted asks the Worker nothing', async () => {
  const { workerRequests } = watchTraffic(page, product.url);
  await openPage(page, product.url);
  assert.deepEqual(await interrupted(), []);
  // The page's own list of what was uploaded.
  assert.deepEqual(workerRequests, ['GET /uploads']);
});
