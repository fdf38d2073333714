/** A page whose uploads are signed by `s3-upload serve`, with its state in SQLite. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { pageIsBuilt } from '../run/built-page.ts';
import type { Settings } from '../worker/cli/setup.ts';
import { SETTINGS } from '../worker/harness.ts';
import { scratch, serve, settingsFor, type Served } from '../worker/node/serving.ts';
import { localR2 } from '../worker/s3/stores.ts';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import {
  freePort,
  openPage,
  settled,
  slowLine,
  snapshots,
  startBrowser,
  whenSnapshot,
} from './product.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const BYTES = 48 * MIB;
/** Bytes a second: slow enough to act in the middle of an upload. */
const SLOW = 16 * MIB;

let browser: Browser;
let page: Page;
let place: Awaited<ReturnType<typeof scratch>>;
let served: Served | undefined;
let settings: Settings;

before(async () => {
  place = await scratch();
  [browser, settings] = await startTogether(startBrowser(), settingsOfServer(), pageIsBuilt());
  page = await browser.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
});
after(async () => {
  await browser?.close();
  await served?.end('SIGKILL');
  await place?.drop();
});

test('a file is uploaded although the server is killed and started again in the middle', async () => {
  const path = join(place.folder, 'file.bin');
  const expected = await writeRandomFile(path, BYTES);
  served = await serve(place.folder, settings);
  const picker = await openPage(page, served.url);
  await slowLine(page, SLOW);
  await picker.uploadFile(path);
  await whenSnapshot(page, ({ loaded, bytes }) => loaded >= bytes / 2);
  await served.end('SIGKILL');
  const [interrupted] = await snapshots(page);
  assert.notEqual(interrupted?.status, 'done');

  served = await serve(place.folder, settings);
  const [upload] = await settled(page);
  assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
  assert.equal(upload.id, interrupted?.id);
  assert.equal(await sha256OfUpload(page, upload.id), expected);

  // The list below the element comes from the file that the first process has begun.
  await page.reload();
  await page.waitForSelector('#list tbody tr');
  const rows = await page.$$eval('#list tbody tr', (all) => all.map((row) => row.textContent));
  assert.equal(rows.length, 1);
  assert.match(rows[0] ?? '', /file\.bin/);
});

/** For the store that the environment names, otherwise for a local bucket. */
async function settingsOfServer(): Promise<Settings> {
  const { running } = await localR2.start();
  const named = Object.entries(process.env).filter(([name]) => name.startsWith('S3_'));
  return {
    ...settingsFor(running),
    ...(process.env['S3_ENDPOINT'] ? (Object.fromEntries(named) as Settings) : {}),
    AUTH: 'anonymous',
    TOKEN_SECRET: SETTINGS.TOKEN_SECRET,
    SINGLE_MAX_BYTES: '',
    MIN_PART_BYTES: '',
    PORT: String(await freePort()),
  };
}
