/** Two profiles of a browser are two devices: what one has begun, the other one finishes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SignJWT } from 'jose';
import type { Browser, Page } from 'puppeteer-core';
import { writeRandomFile } from './files.ts';
import {
  openPage,
  settled,
  slowLine,
  startBrowser,
  startProduct,
  whenSnapshot,
  type Product,
} from './product.ts';
import { partNumbers, watchTraffic } from './watch.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
/** More than are signed before the first of them is stored. */
const PARTS = 48;
const PART_BYTES = 5 * MIB;
const SECRET = 'a secret of at least 32 characters';

let product: Product;
let browser: Browser;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-device-'));
  [product, browser] = await startTogether(
    startProduct(() => ({ AUTH: 'jwt', JWT_SECRET: SECRET, MIN_PART_BYTES: '5MiB' })),
    startBrowser(),
  );
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The product's page in a profile of its own, where `user` has signed in. */
async function openAs(user: string): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await openPage(page, product.url);
  const token = await new SignJWT({ sub: user })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
  await page.$eval(
    's3-upload',
    (node, value) => Object.assign(node, { token: value, otherDevices: true }),
    token,
  );
  return page;
}

async function pick(page: Page, path: string): Promise<void> {
  const input = await page.$('s3-upload >>> input[type=file]');
  assert.ok(input);
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
}

/** What the Worker lists as unfinished, as the element's engine has it. */
function unfinished(page: Page): Promise<readonly { id: string; parts: number }[]> {
  return page.evaluate(async () => {
    const element = document.querySelector('s3-upload') as unknown as {
      uploader: { unfinished(): Promise<readonly { id: string; stored?: { parts: number } }[]> };
    };
    const uploads = await element.uploader.unfinished();
    return uploads.map(({ id, stored }) => ({ id, parts: stored?.parts ?? 0 }));
  });
}

test('what another device has begun is offered there alone to its caller, and the same file sends only what is missing', async () => {
  const path = join(dir, 'interview.mov');
  await writeRandomFile(path, PARTS * PART_BYTES);
  const laptop = await openAs('alice');
  await slowLine(laptop, 48 * MIB);
  await pick(laptop, path);
  // This store cannot list parts. The Worker knows of those that the page reports when it has more
  // parts signed, which it has done by then.
  const begun = await whenSnapshot(laptop, ({ loaded }) => loaded >= 30 * PART_BYTES);
  await slowLine(laptop, 1);
  await laptop.browserContext().close();

  const stranger = await openAs('bob');
  assert.deepEqual(await unfinished(stranger), []);
  await stranger.browserContext().close();

  const phone = await openAs('alice');
  const row = await phone.waitForSelector('s3-upload >>> [part~=row-interrupted]');
  assert.match(
    await phone.evaluate((node) => node?.textContent ?? '', row),
    /Begun on another device/,
  );
  const [known] = await unfinished(phone);
  assert.equal(known?.id, begun.id);
  assert.ok(known.parts > 0, 'the Worker knows of stored parts');
  const { putUrls } = watchTraffic(phone, product.url);
  await pick(phone, path);
  const [upload] = await settled(phone);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(upload.id, begun.id, 'it is the same upload');
  assert.equal(upload.resumed, true);
  assert.equal(putUrls.length, PARTS - known.parts);
  assert.equal(new Set(partNumbers(putUrls)).size, putUrls.length, 'no part is sent twice');
  assert.equal(await phone.$('s3-upload >>> [part~=row-interrupted]'), null);
});
