/** What the page loads, and when: the script is in pieces, and a piece may not come. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser, HTTPRequest, Page } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import { serveForeignPage } from './foreign.ts';
import {
  filePicker,
  openPage,
  settled,
  startBrowser,
  startProduct,
  type Product,
} from './product.ts';

const BYTES = 20 * 1024 * 1024;
const PIECE = /\/s3-upload-\w+-[\w-]+\.js$/;

let product: Product;
/** One that pages of any origin may call. It ignores cookies, so nobody is recognised there. */
let open: Product;
let browser: Browser;
let page: Page;
let dir: string;
let file: string;
let sha256: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-loading-'));
  file = join(dir, 'a.bin');
  sha256 = await writeRandomFile(file, BYTES);
  [product, browser] = await Promise.all([startProduct(), startBrowser()]);
  // Not at the same time: each builds the page's files first.
  open = await startProduct(() => ({ ALLOWED_ORIGINS: '*' }));
});

after(async () => {
  await browser?.close();
  await Promise.all([product?.stop(), open?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
});

afterEach(() => page.close());

/** Answers requests for pieces of the script as `answer` says. */
async function intercept(answer: (request: HTTPRequest) => Promise<void>): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    void (PIECE.test(request.url()) ? answer(request) : request.continue());
  });
}

async function assertUploads(): Promise<void> {
  await (await filePicker(page)).uploadFile(file);
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(await sha256OfUpload(page, upload.id), sha256);
}

async function assertRow(): Promise<void> {
  const row = await page.waitForSelector('s3-upload >>> [part~=row]');
  assert.match((await row?.evaluate((element) => element.textContent)) ?? '', /a\.bin/);
}

test('the element is drawn from one file; the rest comes by itself once the page is idle', async () => {
  const held: HTTPRequest[] = [];
  const isAsked = new Promise<void>((resolve) => {
    void intercept(async (request) => {
      held.push(request);
      resolve();
    });
  });
  await openPage(page, product.url);
  assert.ok(await page.$('s3-upload >>> [part=zone]'), 'it can be used');
  await isAsked;
  const names = held.map((request) => /upload-(.*)-[\w-]{8}\.js$/.exec(request.url())?.[1]);
  assert.deepEqual(names, ['first-file']);
  for (const request of held) await request.continue();
  await assertUploads();
  await assertRow();
});

test('a piece of the script that does not come the first times is asked for again', async () => {
  const failures = new Map<string, number>();
  await intercept(async (request) => {
    const times = failures.get(request.url()) ?? 0;
    failures.set(request.url(), times + 1);
    await (times < 2 ? request.abort('connectionreset') : request.continue());
  });
  await openPage(page, product.url);
  await assertUploads();
  await assertRow();
  assert.deepEqual([...failures.values()], [3]);
});

test('a script in one file does it all alone', async () => {
  const foreign = await serveForeignPage(`${open.url}/s3-upload.all.js`);
  const pieces: string[] = [];
  page.on('request', (request) => {
    if (PIECE.test(request.url())) pieces.push(request.url());
  });
  try {
    await openPage(page, foreign.url);
    await (await filePicker(page)).uploadFile(file);
    const [upload] = await settled(page);
    assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
    await assertRow();
    assert.deepEqual(pieces, []);
  } finally {
    foreign.close();
  }
});

test('pages of other origins may load the script, its pieces and its languages', async () => {
  const script = await (await fetch(`${product.url}/s3-upload.js`)).text();
  const pieces = [...script.matchAll(/s3-upload-\w+-[\w-]+\.js/g)].map(([name]) => name);
  // What the first file needs, what reads a folder, and what names files that are pasted.
  assert.deepEqual(
    [...new Set(pieces)].map((name) => /^s3-upload-(.+)-.{8}\.js$/.exec(name)?.[1]).sort(),
    ['first-file', 'folder', 'rename'],
  );
  for (const path of [
    ...pieces,
    's3-upload.js',
    's3-upload.all.js',
    's3-upload.pieces.js',
    'i18n/de.js',
  ]) {
    const response = await fetch(`${product.url}/${path}`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('access-control-allow-origin'), '*', path);
    assert.match(response.headers.get('content-type') ?? '', /javascript/, path);
    const isForEver = /immutable/.test(response.headers.get('cache-control') ?? '');
    assert.equal(isForEver, pieces.includes(path), path);
  }
});
