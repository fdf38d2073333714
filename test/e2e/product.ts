/** Runs the product as a person would (`npm start`) and opens its page in a real Chromium. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { browserPath } from '../browsers.ts';

const READY_WITHIN_MS = 90_000;
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
  stop(): Promise<void>;
}

/** `npm start` on a free port, with data of its own; `env` is added to the environment. */
export async function startProduct(env: Record<string, string> = {}): Promise<Product> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), 's3-upload-e2e-'));
  const child = spawn('node', ['worker/cli/start.ts'], {
    cwd: new URL('../../', import.meta.url),
    env: { ...process.env, PORT: String(port), STATE_DIR: state, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  const timer = setTimeout(() => child.kill('SIGINT'), READY_WITHIN_MS);
  const ready = new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /is ready: (\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${said}`)));
  });
  const url = await ready;
  clearTimeout(timer);
  return {
    url,
    async stop() {
      child.kill('SIGINT');
      await ended;
      await rm(state, { recursive: true, force: true });
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

/** Waits until `<s3-upload>` has nothing left to do, and returns its snapshots. */
export async function settled(page: Page): Promise<readonly Snapshot[]> {
  return page.evaluate(async () => {
    const element = document.querySelector('s3-upload') as unknown as EventTarget & {
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
    return element.uploads.map(
      ({ id, name, bytes, status, key, loaded, resumed, error, result }) => ({
        id,
        name,
        bytes,
        status,
        key,
        loaded,
        resumed,
        error: error && { code: error.code, message: error.message },
        result: result && { ...result },
      }),
    ) as unknown as readonly Snapshot[];
  });
}

/** What the tests look at of a snapshot. */
export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly status: string;
  readonly key?: string;
  readonly loaded: number;
  readonly resumed: boolean;
  readonly error?: { readonly code: string; readonly message: string };
  readonly result?: { readonly etag: string; readonly checksum?: string };
}
