/** A page of another origin, whose browser an anonymous Worker does not know again: no cookie gets there. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { writeRandomFile } from './files.ts';
import { serveForeignPage } from './foreign.ts';
import {
  openPage,
  settled,
  slowLine,
  snapshots,
  startBrowser,
  startProduct,
  whenSnapshot,
  type Product,
} from './product.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const BYTES = 96 * MIB;
const PARTS = 12;
/** Bytes a second: slow enough to act in the middle of an upload. */
const SLOW = 24 * MIB;

let product: Product;
let browser: Browser;
let dir: string;
let file: string;
let foreign: Awaited<ReturnType<typeof serveForeignPage>>;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-foreign-'));
  file = join(dir, 'a.bin');
  await writeRandomFile(file, BYTES);
  [product, browser] = await startTogether(
    startProduct(() => ({ ALLOWED_ORIGINS: '*' })),
    startBrowser(),
  );
  foreign = await serveForeignPage(`${product.url}/s3-upload.js`);
});

after(async () => {
  foreign?.close();
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function halfUploaded(): Promise<Page> {
  const page = await browser.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  const picker = await openPage(page, foreign.url);
  await slowLine(page, SLOW);
  await picker.uploadFile(file);
  await whenSnapshot(page, (upload) => upload.loaded >= upload.bytes / 2);
  return page;
}

/** Parts that go to the store from now on; not the Worker's, which has the page's own hostname. */
function countParts(page: Page): () => number {
  const parts = new Set<string | null>();
  page.on('requestfinished', (request) => {
    if (request.method() === 'PUT')
      parts.add(new URL(request.url()).searchParams.get('partNumber'));
  });
  return () => parts.size;
}

test('goes on after a reload: the token of the upload says whose it is', async () => {
  const page = await halfUploaded();
  const [before] = await snapshots(page);
  await page.reload();
  const picker = await openPage(page, foreign.url);
  const sent = countParts(page);
  await picker.uploadFile(file);
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(upload.id, before?.id, 'it is the same upload');
  assert.equal(upload.resumed, true);
  // The reload may overtake the note of the part that was stored last.
  const most = PARTS - Math.floor((before?.loaded ?? 0) / (8 * MIB)) + 1;
  assert.ok(sent() <= most, `${sent()} parts, and not ${most} at most`);
  await page.close();
});

test('begins anew where the token it has kept is worth nothing', async () => {
  const page = await halfUploaded();
  const [before] = await snapshots(page);
  await page.reload();
  await page.evaluate(async () => {
    const open = indexedDB.open('s3-upload');
    await new Promise((resolve) => open.addEventListener('success', resolve));
    const store = open.result.transaction('uploads', 'readwrite').objectStore('uploads');
    const [keys, values] = [store.getAllKeys(), store.getAll()];
    await new Promise((resolve) => values.addEventListener('success', resolve));
    for (const [index, key] of keys.result.entries()) {
      store.put({ ...values.result[index], token: 'a.b.c' }, key);
    }
    await new Promise((resolve) => store.transaction.addEventListener('complete', resolve));
    open.result.close();
  });
  const picker = await openPage(page, foreign.url);
  await picker.uploadFile(file);
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.notEqual(upload.id, before?.id);
  await page.close();
});
