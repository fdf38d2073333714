import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import {
  filePicker,
  openPage,
  settled,
  slowLine,
  snapshots,
  startBrowser,
  startProduct,
  whenSnapshot,
  type Product,
} from './product.ts';
import { partNumbers, watchTraffic } from './watch.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const BYTES = 96 * MIB;
const PARTS = 12;
/** Bytes a second: slow enough to act in the middle of an upload. */
const SLOW = 24 * MIB;

let product: Product;
let browser: Browser;
let dir: string;
let page: Page;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-interrupted-'));
  [product, browser] = await startTogether(startProduct(), startBrowser());
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
  // The element asks before it lets go of a running upload.
  page.on('dialog', (dialog) => void dialog.accept());
});

afterEach(() => page.close());

async function uploadHalf(path: string): Promise<void> {
  const picker = await openPage(page, product.url);
  await slowLine(page, SLOW);
  await picker.uploadFile(path);
  await whenSnapshot(page, (upload) => upload.loaded >= upload.bytes / 2);
}

test('after a reload, the same file picked again sends only the parts that were missing', async () => {
  const path = join(dir, 'resumed.bin');
  const expected = await writeRandomFile(path, BYTES);
  const first = watchTraffic(page, product.url);
  await uploadHalf(path);
  const [before] = await snapshots(page);
  await page.reload();
  const putsBefore = first.puts;

  const picker = await openPage(page, product.url);
  const second = watchTraffic(page, product.url);
  await picker.uploadFile(path);
  const [upload] = await settled(page);

  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(upload.id, before?.id, 'it is the same upload');
  assert.equal(upload.resumed, true);
  assert.equal(await sha256OfUpload(page, upload.id), expected);
  const missing = PARTS - Math.floor((before?.loaded ?? 0) / (8 * MIB));
  assert.ok(
    second.puts <= missing,
    `${second.puts} PUTs after the reload for ${missing} missing parts (${putsBefore} before)`,
  );
  assert.deepEqual(new Set(partNumbers(second.putUrls)).size, second.puts, 'none twice');
});

test('another file of the same name, size and date is not spliced into a half-sent one', async () => {
  const folderA = join(dir, 'a');
  const folderB = join(dir, 'b');
  await Promise.all([mkdir(folderA), mkdir(folderB)]);
  const when = new Date('2026-01-02T03:04:05Z');
  await writeRandomFile(join(folderA, 'same.bin'), BYTES);
  const expected = await writeRandomFile(join(folderB, 'same.bin'), BYTES);
  await utimes(join(folderA, 'same.bin'), when, when);
  await utimes(join(folderB, 'same.bin'), when, when);
  await uploadHalf(join(folderA, 'same.bin'));
  const [before] = await snapshots(page);
  await page.reload();

  const picker = await openPage(page, product.url);
  await picker.uploadFile(join(folderB, 'same.bin'));
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.notEqual(upload.id, before?.id);
  assert.equal(await sha256OfUpload(page, upload.id), expected);
});

test('a paused upload frees its slots at once, and goes on where it stood', async () => {
  const path = join(dir, 'paused.bin');
  const expected = await writeRandomFile(path, BYTES);
  await uploadHalf(path);
  const traffic = watchTraffic(page, product.url);
  const inFlight = await page.evaluate(async () => {
    const element = document.querySelector('s3-upload') as unknown as {
      pause(): void;
      uploads: readonly { status: string; sent: number; loaded: number }[];
    };
    element.pause();
    const [upload] = element.uploads;
    return { status: upload?.status, ahead: (upload?.sent ?? 0) - (upload?.loaded ?? 0) };
  });
  assert.deepEqual(inFlight, { status: 'paused', ahead: 0 });
  const other = join(dir, 'other.bin');
  await writeRandomFile(other, MIB);
  await (await filePicker(page)).uploadFile(other);
  await whenSnapshot(page, (upload) => upload.name === 'other.bin' && upload.status === 'done');
  assert.equal(traffic.puts, 1, 'only the other file was sent meanwhile');

  await page.evaluate(() =>
    (document.querySelector('s3-upload') as unknown as { resume(): void }).resume(),
  );
  const uploads = await settled(page);
  const upload = uploads.find(({ name }) => name === 'paused.bin');
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(await sha256OfUpload(page, upload.id), expected);
});

test('a cancelled upload is aborted on the store and cannot be completed any more', async () => {
  const path = join(dir, 'cancelled.bin');
  await writeRandomFile(path, BYTES);
  await uploadHalf(path);
  const [upload] = await snapshots(page);
  assert.ok(upload);
  await page.evaluate(
    (id) =>
      (
        document.querySelector('s3-upload') as unknown as { cancel(id: string): Promise<void> }
      ).cancel(id),
    upload.id,
  );
  const status = await page.evaluate(
    async (path) => (await fetch(path, { method: 'POST' })).status,
    `/uploads/${upload.id}/resume`,
  );
  assert.equal(status, 409, 'an aborted upload conflicts with being resumed');
});

test('an element that is removed from the page stops its requests', async () => {
  const path = join(dir, 'removed.bin');
  await writeRandomFile(path, BYTES);
  await uploadHalf(path);
  const traffic = watchTraffic(page, product.url);
  let failed = 0;
  page.on('requestfailed', () => (failed += 1));
  await page.evaluate(async () => {
    document.querySelector('s3-upload')?.remove();
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  const until = performance.now() + 1500;
  while (performance.now() < until) await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.ok(failed > 0, 'the requests under way were aborted');
  assert.equal(traffic.puts, 0, 'no request was made after the removal');
});

test('with the Worker down the row says so, and Retry finishes once it is up', async () => {
  const path = join(dir, 'worker-down.bin');
  const expected = await writeRandomFile(path, BYTES);
  await openPage(page, product.url);
  const picker = await openPage(page, product.url);
  await product.down();
  try {
    await picker.uploadFile(path);
    await whenSnapshot(page, ({ status }) => status === 'waiting' || status === 'failed');
  } finally {
    await product.up();
  }
  await page.evaluate(() =>
    (document.querySelector('s3-upload') as unknown as { retry(): void }).retry(),
  );
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(await sha256OfUpload(page, upload.id), expected);
});

test('a file that changed on disk after it was picked fails with the reason, and nothing is half done', async () => {
  const path = join(dir, 'changed.bin');
  await writeRandomFile(path, BYTES);
  await uploadHalf(path);
  await writeFile(path, 'something else');
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'failed');
  assert.equal(upload.error?.code, 'file_changed');
  const text = await page.$eval('s3-upload >>> [part~="row-failed"]', (row) => row.textContent);
  assert.match(text ?? '', /changed/i);
});

test('a file that was away for a while goes on from its missing parts when it is chosen again', async () => {
  const path = join(dir, 'stick.bin');
  const expected = await writeRandomFile(path, BYTES);
  await uploadHalf(path);
  // The drive is pulled out, and put in again.
  await rename(path, `${path}.away`);
  const [failed] = await settled(page);
  assert.equal(failed?.error?.code, 'file_changed');
  await rename(`${path}.away`, path);
  const traffic = watchTraffic(page, product.url);
  const [chooser] = await Promise.all([
    page.waitForFileChooser(),
    page.click('s3-upload >>> [part="again"]'),
  ]);
  await chooser.accept([path]);
  const [upload, ...others] = await settled(page);
  assert.equal(upload?.status, 'done');
  assert.deepEqual(others, []);
  assert.equal(await sha256OfUpload(page, upload.id), expected);
  const again = new Set(partNumbers(traffic.putUrls)).size;
  assert.ok(again <= PARTS / 2, `${again} of ${PARTS} parts were sent after it`);
});
