import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import { openPage, settled, startBrowser, startProduct, type Product } from './product.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const PART = 8 * MIB;

let product: Product;
let browser: Browser;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-odd-'));
  [product, browser] = await startTogether(startProduct(), startBrowser());
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Uploads files of these names and sizes in one selection, and compares what arrived. */
async function uploadAndCompare(files: readonly { name: string; bytes: number }[]): Promise<void> {
  const folder = await mkdtemp(join(dir, 'pick-'));
  await mkdir(folder, { recursive: true });
  const hashes = new Map<string, string>();
  for (const { name, bytes } of files) {
    hashes.set(name, await writeRandomFile(join(folder, name), bytes));
  }
  const page = await browser.newPage();
  const picker = await openPage(page, product.url);
  await picker.uploadFile(...files.map(({ name }) => join(folder, name)));
  const uploads = await settled(page);
  assert.equal(uploads.length, files.length);
  for (const upload of uploads) {
    assert.equal(upload.status, 'done', `${upload.name}: ${JSON.stringify(upload.error)}`);
    assert.equal(await sha256OfUpload(page, upload.id), hashes.get(upload.name), upload.name);
  }
  const keys = new Set(uploads.map(({ key }) => key));
  assert.equal(keys.size, files.length, 'every file has a key of its own');
  await page.close();
}

for (const [what, bytes] of [
  ['an empty file', 0],
  ['one byte', 1],
  ['16 MiB, the largest single request', 16 * MIB],
  ['16 MiB + 1, the smallest multipart upload', 16 * MIB + 1],
  ['an exact multiple of the part size', 3 * PART],
  ['one byte past a part boundary', 3 * PART + 1],
  ['one byte short of a part boundary', 3 * PART - 1],
] as const) {
  test(`${what} arrives exactly`, () => uploadAndCompare([{ name: `${bytes}.bin`, bytes }]));
}

test('100 files picked at once all arrive', () =>
  uploadAndCompare(
    Array.from({ length: 100 }, (_, index) => ({ name: `file ${index}.txt`, bytes: index * 997 })),
  ));

for (const name of [
  'with  spaces.txt',
  `quotes " and ' and \`.txt`,
  'a+b %20 100% #1?&=;.txt',
  '..%2F..%2Fetc.txt',
  '%2e%2e',
  '...',
  'rocket 🚀 für 日本語.txt',
  'U+202E \u202Etxt.exe',
  `${'n'.repeat(196)}.txt`,
  '.htaccess',
  'back\\slash.txt',
]) {
  test(`a file called ${JSON.stringify(name)} arrives`, () =>
    uploadAndCompare([{ name, bytes: 2000 }]));
}

test('a name with ../ stays under its own key', async () => {
  const page = await browser.newPage();
  await openPage(page, product.url);
  await page.evaluate(() => {
    const element = document.querySelector('s3-upload') as unknown as { add(files: File[]): void };
    element.add([new File(['root:x:0:0'], '../../../etc/passwd')]);
  });
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.ok(upload.key?.includes(upload.id), upload.key);
  assert.doesNotMatch(upload.key ?? '', /(^|\/)\.\.?(\/|$)/);
  await page.close();
});
