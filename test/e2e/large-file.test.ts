import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { AwsClient } from 'aws4fetch';
import { createCRC64 } from 'hash-wasm';
import type { Browser } from 'puppeteer-core';
import { IS_THOROUGH } from '../thorough.ts';
import { sha256OfUpload, writeRandomFile } from './files.ts';
import { recordTasks } from './tasks.ts';
import {
  openPage,
  settled,
  startBrowser,
  startProduct,
  type Product,
  type Snapshot,
} from './product.ts';
import {
  collectGarbage,
  heapBytes,
  partNumbers,
  recordPeakInFlight,
  watchTraffic,
} from './watch.ts';
import { startTogether } from '../start-together.ts';

const MIB = 1024 * 1024;
const BYTES = Number(process.env['LARGE_FILE_MIB'] ?? (IS_THOROUGH ? 1024 : 256)) * MIB;

let product: Product;
let browser: Browser;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-upload-large-'));
  [product, browser] = await startTogether(startProduct(), startBrowser());
});

after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Uploads the file on a page of its own, checks what arrived, and says how the page fared. */
async function upload(path: string, sha256: string): Promise<Fared> {
  const page = await browser.newPage();
  const peakInFlight = await recordPeakInFlight(page);
  const picker = await openPage(page, product.url);
  const traffic = watchTraffic(page, product.url);
  const session = await page.createCDPSession();

  await collectGarbage(session);
  const heapBefore = await heapBytes(session);
  let heapPeak = heapBefore;
  const endOfTasks = await recordTasks(session);
  const began = performance.now();
  await picker.uploadFile(path);
  let uploading = true;
  const done = settled(page).finally(() => (uploading = false));
  while (uploading) {
    heapPeak = Math.max(heapPeak, await heapBytes(session));
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  const [snapshot] = await done;
  const seconds = (performance.now() - began) / 1000;
  const longestMs = await endOfTasks();

  assert.equal(snapshot?.status, 'done', JSON.stringify(snapshot?.error));
  assert.equal(await sha256OfUpload(page, snapshot.id), sha256);
  await assertStoreVerified(snapshot, path);
  const fared = {
    seconds,
    parts: partNumbers(traffic.putUrls),
    peak: await peakInFlight(),
    grownMiB: (heapPeak - heapBefore) / MIB,
    longestMs,
    workerRequests: traffic.workerRequests.length,
  };
  await page.close();
  return fared;
}

interface Fared {
  readonly seconds: number;
  readonly parts: readonly number[];
  readonly peak: number;
  readonly grownMiB: number;
  readonly longestMs: number;
  readonly workerRequests: number;
}

test(`a file of ${BYTES / MIB} MiB arrives byte for byte, in parallel parts, with a flat heap and a free main thread`, async (t) => {
  const path = join(dir, 'random.bin');
  const sha256 = await writeRandomFile(path, BYTES);
  const fared = await upload(path, sha256);
  const { seconds, parts, peak, grownMiB, longestMs, workerRequests } = fared;
  t.diagnostic(
    `${seconds.toFixed(1)} s, ${parts.length} parts, peak ${peak} in flight, heap +${grownMiB.toFixed(1)} MiB, longest task ${longestMs.toFixed(0)} ms of CPU, ${workerRequests} Worker requests`,
  );
  assert.deepEqual(
    parts,
    parts.map((_, index) => index + 1),
    'each part is sent once',
  );
  assert.ok(peak >= 4 && peak <= 6, `4 to 6 in flight at the peak, not ${peak}`);
  assert.ok(grownMiB < 32, `the heap grew by ${grownMiB.toFixed(1)} MiB`);
  assert.ok(longestMs <= 50, `a task of the main thread took ${longestMs} ms of CPU`);
});

/** Where the store keeps whole-object CRCs: its HEAD, our result and a third party's sum agree. */
async function assertStoreVerified(upload: Snapshot, path: string): Promise<void> {
  if (process.env['S3_PROFILE'] !== 'minio') return;
  const crc = await createCRC64('9a6c9329ac4bc9b5');
  for await (const chunk of createReadStream(path)) crc.update(chunk as Uint8Array);
  const expected = Buffer.from(crc.digest('binary')).toString('base64');
  assert.equal(upload.result?.checksum, expected);
  const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION } = process.env;
  const store = new AwsClient({
    accessKeyId: S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: S3_SECRET_ACCESS_KEY ?? '',
    region: S3_REGION ?? 'us-east-1',
    service: 's3',
    retries: 0,
  });
  const head = await store.fetch(`${S3_ENDPOINT}/${S3_BUCKET}/${upload.key}`, {
    method: 'HEAD',
    headers: { 'x-amz-checksum-mode': 'ENABLED' },
  });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('x-amz-checksum-crc64nvme'), expected);
  assert.equal(head.headers.get('x-amz-checksum-type'), 'FULL_OBJECT');
}
