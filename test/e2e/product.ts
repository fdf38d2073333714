/** Runs the product as a person would (`npm start`) and opens its page in a real Chromium. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { launch, type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { browserPath } from '../browsers.ts';

const READY_WITHIN_MS = 90_000;
const CHANGES_WITHIN_MS = 60_000;
const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--enable-precise-memory-info',
];

export interface Product {
  readonly url: string;
  /** Ends the Worker, and keeps its data. */
  down(): Promise<void>;
  /** Starts it again, on the same port with the same data. */
  up(): Promise<void>;
  /** Ends it and drops its data. */
  stop(): Promise<void>;
}

/** `npm start` on a free port, with data of its own and these further settings. */
export async function startProduct(
  settingsFor: (url: string) => Record<string, string> = () => ({}),
): Promise<Product> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), 's3-upload-e2e-'));
  const settings = {
    ...settingsFor(`http://127.0.0.1:${port}`),
    PORT: String(port),
    STATE_DIR: state,
  };
  let run = await npmStart(settings);
  return {
    url: run.url,
    down: () => run.end(),
    up: async () => {
      run = await npmStart(settings);
    },
    stop: async () => {
      await run.end();
      await rm(state, { recursive: true, force: true });
    },
  };
}

async function npmStart(
  env: Record<string, string>,
): Promise<{ url: string; end(): Promise<void> }> {
  const child = spawn('node', ['worker/build/start.ts'], {
    cwd: new URL('../../', import.meta.url),
    // Without .dev.vars: the tests never touch the bucket of whoever runs them. Without the
    // documentation, whose copy another product may be about to replace.
    env: { ...process.env, DEV_VARS: 'off', DOCS: 'off', INSPECTOR_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGINT'), READY_WITHIN_MS);
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const ready = /is ready: (\S+)/.exec(said)?.[1];
      if (ready) resolve(ready);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${said}`)));
  });
  clearTimeout(timer);
  return {
    url,
    end: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** A port of the loopback interface that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Chromium with a profile of its own, which goes with it. */
export async function startBrowser(): Promise<Browser> {
  return launch({
    executablePath: await browserPath(),
    headless: true,
    args: BROWSER_ARGS,
    protocolTimeout: 600_000,
  });
}

/** Opens the product's page and returns the file input of its `<s3-upload>`. */
export async function openPage(page: Page, url: string): Promise<ElementHandle<HTMLInputElement>> {
  await page.goto(url);
  // Fails after 30 s, where `whenDefined` would wait for ever for a script that was refused.
  await page.waitForFunction(() => customElements.get('s3-upload'));
  return filePicker(page);
}

/** The file input inside the page's `<s3-upload>`. */
export async function filePicker(page: Page): Promise<ElementHandle<HTMLInputElement>> {
  const input = await page.$('s3-upload >>> input[type=file]');
  if (!input) throw new Error('The page has no file input');
  return input as ElementHandle<HTMLInputElement>;
}

/** Waits until `<s3-upload>` has nothing left to do, and returns its snapshots. */
export async function settled(page: Page): Promise<readonly Snapshot[]> {
  await page.evaluate(async () => {
    const element = document.querySelector(
      's3-upload, s3-upload-list',
    ) as unknown as EventTarget & {
      uploads: readonly Snapshot[];
    };
    const isBusy = (): boolean =>
      element.uploads.length === 0 ||
      element.uploads.some(
        ({ status }) => !['done', 'failed', 'cancelled', 'paused'].includes(status),
      );
    while (isBusy()) {
      await new Promise((resolve) =>
        element.addEventListener('upload-settled', resolve, { once: true }),
      );
    }
  });
  return snapshots(page);
}

/** What the tests look at of a snapshot. */
export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly status: string;
  readonly key?: string;
  readonly loaded: number;
  readonly sent: number;
  readonly resumed: boolean;
  readonly error?: { readonly code: string; readonly message: string };
  readonly result?: { readonly etag: string; readonly checksum?: string };
}

/** Slows the page's uploads down to `bytesPerSecond`. */
export async function slowLine(page: Page, bytesPerSecond: number): Promise<void> {
  await page.emulateNetworkConditions({ upload: bytesPerSecond, download: -1, latency: 0 });
}

/**
 * Waits until some upload looks as `isSo` wants. Asked from here, for the page's own CSP forbids
 * the `eval` that a predicate sent over would need.
 */
export async function whenSnapshot(
  page: Page,
  isSo: (upload: Snapshot) => boolean,
): Promise<Snapshot> {
  const deadline = performance.now() + CHANGES_WITHIN_MS;
  let uploads: readonly Snapshot[] = [];
  while (performance.now() < deadline) {
    uploads = await snapshots(page);
    const found = uploads.find(isSo);
    if (found) return found;
  }
  throw new Error(`no upload came to look like that: ${JSON.stringify(uploads)}`);
}

/** The element's snapshots as they are now, as plain data. */
export async function snapshots(page: Page): Promise<readonly Snapshot[]> {
  return page.evaluate(() => {
    const element = document.querySelector('s3-upload, s3-upload-list') as unknown as {
      uploads: readonly Snapshot[];
    };
    return element.uploads.map(
      ({ id, name, bytes, status, key, loaded, sent, resumed, error, result }) => ({
        id,
        name,
        bytes,
        status,
        loaded,
        sent,
        resumed,
        ...(key !== undefined && { key }),
        ...(error && { error: { code: error.code, message: error.message } }),
        ...(result && { result: { ...result } }),
      }),
    );
  });
}
