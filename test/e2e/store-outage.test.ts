import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import {
  openPage,
  settled,
  slowLine,
  startBrowser,
  startProduct,
  whenSnapshot,
  type Product,
} from './product.ts';
import { startRelay, type Relay } from './relay.ts';

const MIB = 1024 * 1024;

let product: Product;
let relay: Relay;
let browser: Browser;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-outage-'));
  let store = new URL(process.env['S3_ENDPOINT'] ?? 'http://127.0.0.1');
  relay = await startRelay(() => store);
  product = await startProduct((url) => {
    if (!process.env['S3_ENDPOINT']) store = new URL(`${url}/cdn-cgi/local/r2/s3`);
    return { S3_PUBLIC_ENDPOINTS: `${relay.url}${store.pathname.replace(/\/$/, '')}` };
  });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await relay?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('with the store down the upload waits, and Retry finishes it once the store is up again', async () => {
  const path = join(dir, 'outage.bin');
  const expected = await writeRandomFile(path, 64 * MIB);
  const page = await browser.newPage();
  const picker = await openPage(page, product.url);
  await slowLine(page, 24 * MIB);
  await picker.uploadFile(path);
  await whenSnapshot(page, ({ loaded, bytes }) => loaded > bytes / 3);

  await relay.down();
  const stopped = await whenSnapshot(page, ({ status }) => ['waiting', 'failed'].includes(status));
  assert.ok(stopped.loaded >= (64 * MIB) / 3, 'what was stored stays stored');
  await relay.up();
  await page.evaluate(() => {
    (document.querySelector('s3-upload') as unknown as { retry(): void }).retry();
  });

  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(await sha256OfUpload(page, upload.id), expected);
});
