/** The page that the Worker serves: it keeps its own strict policy, and asks little. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { writeRandomFile } from './files.ts';
import { openPage, settled, startBrowser, startProduct, type Product } from './product.ts';
import { startTogether } from '../start-together.ts';

let product: Product;
let browser: Browser;
let page: Page;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-page-'));
  [product, browser] = await startTogether(startProduct(), startBrowser());
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
});

afterEach(() => page.close());

test('hashes in workers under its own policy, and nothing is blocked', async () => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  let workers = 0;
  page.on('workercreated', () => (workers += 1));
  const path = join(dir, 'large.bin');
  await writeRandomFile(path, 20 * 1024 * 1024);
  const picker = await openPage(page, product.url);
  await picker.uploadFile(path);
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done');
  assert.ok(workers > 0, 'no worker was made');
  assert.deepEqual(complaints, []);
});

test('lets rows draw images and videos under its own policy, and nothing is blocked', async () => {
  const paths = ['a.mov', 'b.png'].map((name) => join(dir, name));
  await Promise.all(paths.map((path) => writeRandomFile(path, 3 * 1024 * 1024)));
  const picker = await openPage(page, product.url);
  await page.evaluate(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      document.documentElement.append(document.createComment(effectiveDirective)),
    );
  });
  // The element asks for a frame of a video by a `<video>` with this file as its source.
  const asked = page.evaluate(
    () =>
      new Promise((resolve) => {
        const { createObjectURL } = URL;
        URL.createObjectURL = (source) => {
          if (source instanceof File && source.name === 'a.mov') setTimeout(resolve, 500);
          return createObjectURL.call(URL, source);
        };
      }),
  );
  await picker.uploadFile(...paths);
  await Promise.all([asked, settled(page)]);
  const blocked = await page.evaluate(() =>
    [...document.documentElement.childNodes].flatMap((node) =>
      node.nodeType === Node.COMMENT_NODE ? node.textContent : [],
    ),
  );
  assert.deepEqual(blocked, []);
});

test('is not left for a file that is dropped beside the zone', async () => {
  const path = join(dir, 'beside.txt');
  await writeFile(path, 'beside');
  await openPage(page, product.url);
  const session = await page.createCDPSession();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const at = await page.$eval('#how', (heading) => {
    const { x, y } = heading.getBoundingClientRect();
    return { x: x + 5, y: y + 5 };
  });
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  const handled = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([''], 'a'));
    const event = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  assert.equal(page.url(), `${product.url}/`);
  assert.equal(handled, true);
});

test('lists many files that are done at a time with few requests', async () => {
  const paths = Array.from({ length: 60 }, (_, index) => join(dir, `${index}.txt`));
  await Promise.all(paths.map((path) => writeFile(path, path)));
  const picker = await openPage(page, product.url);
  let lists = 0;
  page.on('request', (request) => {
    if (request.url().includes('/uploads?state=complete')) lists += 1;
  });
  await picker.uploadFile(...paths);
  await settled(page);
  const names = (): Promise<number> =>
    page.evaluate(
      (all) => {
        const rows = [...document.querySelectorAll('#list td:first-child')];
        return rows.filter(({ textContent }) => all.includes(textContent)).length;
      },
      paths.map((path) => path.split('/').pop() ?? ''),
    );
  const deadline = performance.now() + 20_000;
  // A page of the list holds 50.
  while ((await names()) < 50 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(await names(), 50);
  assert.ok(lists < 10, `${lists} lists were asked for`);
});
