/** Very many files, and a very large one, on a store that costs nothing: what grows, and what waits. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { DEFAULT_PLAN_LIMITS } from '../../worker/protocol.ts';
import { LOOPBACK } from '../bench/line.ts';
import { startSigner } from '../bench/signer.ts';
import { startSink, type Sink } from '../bench/sink.ts';
import { startBrowser } from '../e2e/product.ts';
import { heapBytes, recordLongTasks } from '../e2e/watch.ts';
import { servePages } from './pages.ts';
import { Tab } from './tab.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PART_BYTES = 8 * MIB;

let sink: Sink;
let signer: { readonly url: string; stop(): Promise<void> };
let pages: { readonly origin: string; stop(): void };
let browser: Browser;
let dir: string;
let tab: Tab;

before(async () => {
  sink = await startSink(LOOPBACK);
  const common = { checksum: 'crc64nvme', lanes: [sink.url] } as const;
  signer = await startSigner(LOOPBACK, {
    forms: { ...common, postPolicy: true },
    parts: {
      ...common,
      postPolicy: false,
      limits: { ...DEFAULT_PLAN_LIMITS, maxPartBytes: PART_BYTES },
    },
  });
  pages = await servePages();
  dir = await mkdtemp(join(tmpdir(), 's3-upload-scale-'));
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await signer?.stop();
  await sink?.stop();
  pages?.stop();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  Object.assign(sink.counts, { requests: 0, bytes: 0 });
});

afterEach(() => tab.page.close());

/** A file of that size that takes no room on disk. */
async function sparse(bytes: number): Promise<string> {
  const path = join(dir, `${bytes}.bin`);
  const file = await open(path, 'w');
  await file.truncate(bytes);
  await file.close();
  return path;
}

async function sinkHas(requests: number): Promise<void> {
  while (sink.counts.requests < requests) {
    const failed = (await tab.uploads()).find(({ status }) => status === 'failed');
    assert.equal(failed, undefined, JSON.stringify(failed));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('20,000 files queued: the first is sent within a second, on a page that stays responsive and small', async (t) => {
  tab = new Tab(await browser.newPage(), pages.origin, `${signer.url}/forms`);
  const session = await tab.page.createCDPSession();
  const longTasks = await recordLongTasks(tab.page);
  await tab.open();
  await tab.pick(await sparse(20_000));
  const cuts = Array.from({ length: 20_000 }, (_, index) => ({
    name: `${index}.bin`,
    start: index,
    end: 20_000,
  }));
  await tab.page.evaluate(() => performance.mark('picked'));
  assert.deepEqual(await tab.add(cuts), { added: 20_000, rejected: [] });
  await sinkHas(500);
  const heap = await heapBytes(session);
  const { firstMs, longest } = await tab.page.evaluate(() => {
    const [picked] = performance.getEntriesByName('picked');
    const [first] = performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('/bucket'))
      .map(({ startTime }) => startTime);
    return { firstMs: (first ?? Infinity) - (picked?.startTime ?? 0), longest: 0 };
  });
  const tasks = await longTasks();
  t.diagnostic(
    `first sent after ${firstMs.toFixed(0)} ms; heap ${(heap / MIB).toFixed(0)} MiB; longest task ${Math.max(longest, ...tasks).toFixed(0)} ms`,
  );
  assert.ok(firstMs < 1000, `${firstMs} ms`);
  assert.ok(heap < 200 * MIB, `${heap / MIB} MiB`);
  await tab.act('close');
});

test('a sparse file of 60 GiB runs through its first 200 parts with a heap that does not grow', async (t) => {
  tab = new Tab(await browser.newPage(), pages.origin, `${signer.url}/parts`);
  const session = await tab.page.createCDPSession();
  await tab.open();
  await tab.pick(await sparse(60 * GIB));
  await tab.add();
  await sinkHas(40);
  const early = await heapBytes(session);
  await sinkHas(200);
  const late = await heapBytes(session);
  t.diagnostic(
    `heap ${(early / MIB).toFixed(1)} MiB after 40 parts, ${(late / MIB).toFixed(1)} after 200`,
  );
  assert.ok(late - early < 4 * MIB, `grew by ${(late - early) / MIB} MiB`);
  assert.deepEqual(await tab.violations(), []);
  await tab.act('close');
});
