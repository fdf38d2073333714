/**
 * The whole under test: a page in a browser, the Worker in workerd, a store; and a proxy of ours on
 * each of the three ways between them.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, BrowserContext } from 'puppeteer-core';
import { writeRandomFile } from '../e2e/files.ts';
import { bearer } from './bearer.ts';
import { openBrowser, type BrowserName } from './browser.ts';
import type { PlainUpload } from './page.ts';
import { servePages } from './pages.ts';
import { startProxy, type Proxy } from './proxy.ts';
import type { FaultHandle } from './rules.ts';
import { StoreWindow } from './store.ts';
import { openTab, type Tab, type TabOptions } from './tab.ts';
import { startWorker, STORE_PATH, type RunningWorker } from './worker.ts';

const MIB = 1024 * 1024;
/** The smallest that stores take. */
export const PART_BYTES = 5 * MIB;
/** Four parts, the last of them smaller, like the fault matrix's. */
export const FOUR_PARTS = 18 * MIB;
/** The most that an upload may take once the fault is over, beyond what it takes without one. */
const AFTERMATH_MS = 5000;
const MAX_IN_FLIGHT = 6;
/** Short, so that a stall does not make the suite long; long enough for a busy machine. */
export const STALL_MS = 3000;

export interface TestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Rig {
  /** Between the page and the Worker. */
  readonly front: Proxy;
  /** Between the page and the store: the public endpoint. */
  readonly lane: Proxy;
  /** Between the Worker and the store. */
  readonly control: Proxy;
  /** Behind all proxies. */
  readonly store: StoreWindow;
  readonly browser: Browser;
  /** A tab with storage of its own; closed by `clear`. */
  tab(): Promise<Tab>;
  /** A file of random bytes on disk, made once for each name and size. */
  file(bytes: number, name?: string): Promise<TestFile>;
  /** Another file of the same name, size and date. */
  twin(file: TestFile): Promise<TestFile>;
  /** What a clean upload of so many bytes takes here, in milliseconds. */
  cleanMs(bytes: number): number;
  /** Deploys the Worker again, with other settings over those of the rig. */
  redeploy(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Opens a tab, uploads the file in it and waits for the end. */
  upload(file: TestFile, options?: TabOptions): Promise<Uploaded>;
  /** Multipart uploads that the Worker has begun and the store still holds, by key. */
  openUploads(): Promise<readonly string[]>;
  /** What went over the three ways since the last `clear`, in order. */
  story(): string;
  /** Between tests: no faults, no tabs, nothing seen. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export interface Uploaded {
  readonly tab: Tab;
  readonly upload: PlainUpload;
  readonly file: TestFile;
  /** Of the rig's clock. */
  readonly endedAt: number;
}

export async function startRig(
  name: BrowserName,
  settings: Readonly<Record<string, string>> = {},
): Promise<Rig> {
  const ends: (() => unknown)[] = [];
  try {
    return await raise(name, settings, ends);
  } catch (error) {
    // What did start would keep the process alive.
    for (const end of ends.reverse()) await end();
    throw error;
  }
}

async function raise(
  name: BrowserName,
  settings: Readonly<Record<string, string>>,
  ends: (() => unknown)[],
): Promise<Rig> {
  let worker: RunningWorker | undefined;
  const workerUrl = (): URL => new URL(worker?.url ?? 'http://127.0.0.1:9');
  const storeUrl = (): URL => new URL(worker?.store.endpoint ?? 'http://127.0.0.1:9');
  const proxy = async (target: () => URL): Promise<Proxy> => {
    const started = await startProxy(target);
    ends.push(() => started.stop());
    return started;
  };
  const front = await proxy(workerUrl);
  const lane = await proxy(storeUrl);
  const control = await proxy(storeUrl);
  const pages = await servePages();
  ends.push(() => pages.stop());
  const dir = await mkdtemp(join(tmpdir(), 's3-upload-faults-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  worker = await startWorker(
    { control: control.url, lane: lane.url },
    {
      ALLOWED_ORIGINS: pages.origin,
      SINGLE_MAX_BYTES: String(PART_BYTES),
      MIN_PART_BYTES: String(PART_BYTES),
      ...settings,
    },
  );
  ends.push(() => worker?.stop());
  const browser = await openBrowser(name);
  ends.push(() => browser.close());
  const store = new StoreWindow(worker.store);
  const secret = settings['JWT_SECRET'];
  const named = secret === undefined ? undefined : (id: string) => bearer(secret, id);
  const contexts = new Set<BrowserContext>();
  const files = new Map<string, Promise<TestFile>>();
  let cleanMs = 0;

  const rig: Rig = {
    front,
    lane,
    control,
    store,
    browser,
    tab: async () => {
      const opened = await openTab(browser, pages.origin, front.url, named);
      contexts.add(opened.context);
      return opened.tab;
    },
    file: (bytes, name = 'file') => {
      const path = join(dir, `${name}-${bytes}.bin`);
      const made =
        files.get(path) ?? writeRandomFile(path, bytes).then((sha256) => ({ path, bytes, sha256 }));
      files.set(path, made);
      return made;
    },
    twin: async ({ path, bytes }) => {
      const folder = await mkdtemp(join(dir, 'twin-'));
      const other = join(folder, basename(path));
      const sha256 = await writeRandomFile(other, bytes);
      const { atime, mtime } = await stat(path);
      await utimes(other, atime, mtime);
      return { path: other, bytes, sha256 };
    },
    upload: async (file, options) => {
      const tab = await rig.tab();
      await tab.open({ stallMs: STALL_MS, ...options });
      await tab.pick(file.path);
      await tab.add();
      const [upload] = await tab.settled();
      const endedAt = performance.now();
      assert.ok(upload);
      return { tab, upload, file, endedAt };
    },
    redeploy: async (more) => worker?.redeploy(more),
    cleanMs: (bytes) => cleanMs * Math.max(1, bytes / FOUR_PARTS),
    openUploads: async () => {
      const open: string[] = [];
      for (const { key, uploadId } of uploadsBegun(control)) {
        if (await store.isOpen(key, uploadId)) open.push(key);
      }
      return open;
    },
    story: () => {
      const ways = { front, lane, control };
      const since = Math.min(
        ...Object.values(ways).map(({ traffic }) => traffic.seen[0]?.beganAt ?? Infinity),
      );
      return Object.entries(ways)
        .flatMap(([name, { traffic }]) =>
          traffic.story(since).map((line) => line.replace(/^(\s*\S+)/, `$1 ${name.padEnd(7)}`)),
        )
        .sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b))
        .join('\n');
    },
    clear: async () => {
      for (const proxy of [front, lane, control]) {
        proxy.clear();
        await proxy.up();
      }
      await Promise.all([...contexts].map((context) => context.close()));
      contexts.clear();
      for (const proxy of [front, lane, control]) proxy.clear();
    },
    stop: async () => {
      for (const end of ends.reverse()) await end();
    },
  };
  const file = await rig.file(FOUR_PARTS);
  const began = performance.now();
  await rig.upload(file);
  cleanMs = performance.now() - began;
  await rig.clear();
  return rig;
}

/**
 * The pass marks of the fault matrix: done, bytes equal, nothing left open on the store, no more
 * than `extraPuts` PUTs beyond one a part, over within 5 s after the faults, and progress that
 * never ran backwards.
 */
export async function assertWhole(
  rig: Rig,
  { tab, upload, file, endedAt }: Uploaded,
  { faults = [], extraPuts = 1 }: { faults?: readonly FaultHandle[]; extraPuts?: number } = {},
): Promise<void> {
  assert.equal(upload.status, 'done', JSON.stringify(upload.error));
  for (const { hits, endedAt } of faults) {
    assert.ok(hits > 0, 'the fault was met');
    assert.ok(endedAt !== undefined, 'the fault is over');
  }
  const over = Math.max(...faults.map(({ endedAt = 0 }) => endedAt));
  if (faults.length > 0) assertInTime(rig, file, endedAt, over);
  assert.equal(upload.loaded, file.bytes);
  assert.deepEqual(await tab.violations(), []);
  assert.equal(await rig.store.sha256(upload.key ?? ''), file.sha256, 'the bytes are equal');
  assert.deepEqual(await rig.openUploads(), [], 'no upload is left open');
  const { traffic } = rig.lane;
  assert.ok(traffic.extraPuts <= extraPuts, `${traffic.extraPuts} extra PUTs`);
  assert.ok(traffic.peakInFlight <= MAX_IN_FLIGHT, `${traffic.peakInFlight} in flight`);
}

/** The upload ended soon enough after what ended at `since`. */
export function assertInTime(rig: Rig, file: TestFile, endedAt: number, since: number): void {
  const late = Math.round(endedAt - since);
  const clean = Math.round(rig.cleanMs(file.bytes));
  assert.ok(late <= AFTERMATH_MS + clean, `${late} ms after the fault; ${clean} ms without one`);
}

/** What the Worker's Creates were answered. */
export function uploadsBegun(control: Proxy): { key: string; uploadId: string }[] {
  return control.traffic.seen.flatMap(({ method, url, answer }) => {
    const uploadId = /<UploadId>([^<]+)</.exec(answer ?? '')?.[1];
    if (method !== 'POST' || !url.searchParams.has('uploads') || !uploadId) return [];
    const [, , ...key] = url.pathname.slice(STORE_PATH.length).split('/');
    return [{ key: key.map(decodeURIComponent).join('/'), uploadId }];
  });
}
