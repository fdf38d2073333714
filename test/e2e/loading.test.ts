/** What the page loads, and when: the script is in pieces, and a piece may not come. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, HTTPRequest, Page } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import { serveForeignPage, servePage } from './foreign.ts';
import {
  filePicker,
  openPage,
  settled,
  startBrowser,
  startProduct,
  type Product,
} from './product.ts';
import { startTogether } from '../start-together.ts';

const SCRIPT_TAG_PAGE = fileURLToPath(new URL('../../docs/script-tag.md', import.meta.url));
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
  [product, browser] = await startTogether(startProduct(), startBrowser());
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

for (const kind of ['module', 'classic script'] as const) {
  test(`the tag of docs/script-tag.md for a ${kind} loads what has its integrity, and uploads`, async () => {
    const tag = await documentedTag(kind);
    const foreign = await servePage(tag);
    const scripts: string[] = [];
    page.on('response', (response) => {
      const url = response.url();
      // Hashing starts its worker from a blob.
      if (response.request().resourceType() === 'script' && !url.startsWith('blob:'))
        scripts.push(url);
    });
    try {
      await openPage(page, foreign.url);
      await (await filePicker(page)).uploadFile(file);
      const [upload] = await settled(page);
      assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
      await assertRow();
      assert.deepEqual(
        scripts.map((url) => new URL(url).pathname),
        [kind === 'module' ? '/s3-upload.all.js' : '/s3-upload.classic.js'],
      );
      const exports = await page.evaluate('typeof s3Upload?.registerLocale').catch(() => undefined);
      assert.equal(exports, kind === 'module' ? undefined : 'function');
    } finally {
      foreign.close();
    }
  });

  test(`the tag of docs/script-tag.md for a ${kind} loads nothing else`, async () => {
    const tag = (await documentedTag(kind)).replace(/sha384-..../, 'sha384-AAAA');
    const foreign = await servePage(tag);
    const failed: string[] = [];
    page.on('console', (message) => failed.push(message.text()));
    try {
      await page.goto(foreign.url, { waitUntil: 'networkidle0' });
      assert.equal(await page.evaluate(() => customElements.get('s3-upload') === undefined), true);
      assert.ok(
        failed.some((text) => text.includes('integrity')),
        failed.join('\n'),
      );
    } finally {
      foreign.close();
    }
  });
}

test('a classic script finds the Worker that it came from, without a module in the page', async () => {
  const foreign = await servePage(
    `<s3-upload></s3-upload><script src="${open.url}/s3-upload.classic.js"></script>`,
  );
  try {
    await openPage(page, foreign.url);
    await (await filePicker(page)).uploadFile(file);
    const [upload] = await settled(page);
    assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
    assert.equal(await page.$$eval('script[type]', ({ length }) => length), 0);
  } finally {
    foreign.close();
  }
});

test('a classic script draws the element on a page that was opened from disk', async () => {
  const local = join(dir, 'page.html');
  const script = await (await fetch(`${open.url}/s3-upload.classic.js`)).text();
  await writeFile(join(dir, 'classic.js'), script);
  await writeFile(
    local,
    `<!doctype html><script src="classic.js"></script><s3-upload endpoint="${open.url}"></s3-upload>`,
  );
  const policy = page.waitForResponse(
    (response) => response.url() === `${open.url}/policy` && response.request().method() === 'GET',
  );
  await page.goto(pathToFileURL(local).href);
  await page.waitForSelector('s3-upload:defined >>> [part~=zone]', { visible: true });
  // The first file has the element ask its Worker.
  await (await filePicker(page)).uploadFile(file);
  assert.equal((await policy).status(), 200);
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
    's3-upload.classic.js',
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

/** The tag and the element, with the Worker under test in the place of CDN and endpoint. */
async function documentedTag(kind: 'module' | 'classic script'): Promise<string> {
  const text = await readFile(SCRIPT_TAG_PAGE, 'utf8');
  const [, snippet = ''] =
    new RegExp(`As a ${kind}:\n\n\`\`\`html\n([^]*?)\`\`\``).exec(text) ?? [];
  assert.match(snippet, /integrity="sha384-[^"]{64}"/);
  return snippet
    .replace(/https:\/\/cdn\.jsdelivr\.net\S*\/dist\/page/, open.url)
    .replace('https://uploads.example.com', open.url);
}
