/** `<s3-upload>` in Chromium, in a page that is of another origin than the Worker and the store. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer-core';
import { PAGE_BUNDLE } from '../bundle.ts';
import { openPage, settled, startBrowser, type Snapshot } from '../e2e/product.ts';
import { writeRandomFile } from '../e2e/files.ts';
import { jwtFor, startLab, type Lab } from '../worker/harness.ts';
import type { Running } from '../worker/s3/stores.ts';
import { startTogether } from '../start-together.ts';

export interface Element {
  /** Its page, whose console and network a row may look at. */
  readonly page: Page;
  /** Picks a random file of that size, and waits for its end. */
  upload(name: string, bytes: number): Promise<{ snapshot: Snapshot; sha256: string }>;
  close(): Promise<void>;
}

export async function openElement(running: Running): Promise<Element> {
  const script = await bundle();
  let html = '';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/element.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let lab: Lab | undefined;
  let browser: Browser | undefined;
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-stores-'));
  const close = async (): Promise<void> => {
    await browser?.close();
    await lab?.stop();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    [lab, browser] = await startTogether(
      startLab(running, { ALLOWED_ORIGINS: origin }),
      startBrowser(),
    );
    html = pageFor(lab.url, await jwtFor('alice'));
    const page = await browser.newPage();
    return {
      page,
      async upload(name, bytes) {
        const path = join(folder, name);
        const sha256 = await writeRandomFile(path, bytes);
        await (await openPage(page, origin)).uploadFile(path);
        const [snapshot] = await settled(page);
        if (snapshot === undefined) throw new Error('the element has no upload');
        return { snapshot, sha256 };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function pageFor(endpoint: string, token: string): string {
  return `<!doctype html><meta charset="utf-8"><title>stores</title><link rel="icon" href="data:,">
<s3-upload endpoint="${endpoint}" token="${token}" no-resume></s3-upload>
<script type="module" src="/element.js"></script>`;
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    entryPoints: ['widget/index.ts'],
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
