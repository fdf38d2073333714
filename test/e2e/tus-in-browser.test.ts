/** tus-js-client in Chromium, on a page of another origin: the headers that it sends and reads pass CORS. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { startBrowser } from './product.ts';
import { startTogether } from '../start-together.ts';
import { jwtFor, startLab, type Lab } from '../worker/harness.ts';
import { callerOf } from '../worker/chunked/calling.ts';
import { localR2 } from '../worker/s3/stores.ts';
import { download } from '../worker/s3/uploads.ts';

const script = readFileSync(
  new URL('../../node_modules/tus-js-client/dist/tus.min.js', import.meta.url),
);

interface TusPage {
  tus: {
    Upload: new (
      file: Blob,
      options: Record<string, unknown>,
    ) => { start(): void; abort(): Promise<void>; url: string };
  };
}

it('sends a file from another origin, stops, and continues by HEAD', async () => {
  const page = createServer(({ url }, response) => {
    const isScript = url === '/tus.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : '<script src="/tus.js"></script>');
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  let lab: Lab | undefined;
  let browser: Browser | undefined;
  try {
    const { running } = await localR2.start();
    [lab, browser] = await startTogether(
      startLab(running, { RELAY: 'on', ALLOWED_ORIGINS: origin }),
      startBrowser(),
    );
    const tab = await browser.newPage();
    await tab.goto(origin);
    const endpoint = new URL('/chunks', (await lab.fetch('/health')).url).href;
    const url = await tab.evaluate(
      async (address, authorization) => {
        const { Upload } = (globalThis as unknown as TusPage).tus;
        const file = new Blob([new Uint8Array(12_000_000).fill(7)]);
        const send = (options: object, stopAt: number) =>
          new Promise<string>((resolve, reject) => {
            const upload = new Upload(file, {
              endpoint: address,
              headers: { authorization },
              metadata: { filename: 'seven.bin' },
              chunkSize: 2_500_000,
              retryDelays: null,
              ...options,
              onError: reject,
              onSuccess: () => resolve(upload.url),
              onChunkComplete: (_size: number, accepted: number) => {
                if (accepted < stopAt) return;
                void upload.abort().then(() => resolve(upload.url));
              },
            });
            upload.start();
          });
        const uploadUrl = await send({}, 5_000_000);
        return send({ uploadUrl }, Infinity);
      },
      endpoint,
      `Bearer ${await jwtFor('alice')}`,
    );
    const { body } = await (await callerOf(lab)).call('GET', url);
    assert.equal(body.state, 'complete', JSON.stringify(body));
    assert.equal(body.result?.name, 'seven.bin');
    assert.deepEqual(await download(running, body.key), new Uint8Array(12_000_000).fill(7));
  } finally {
    await browser?.close();
    await lab?.stop();
    page.close();
    page.closeAllConnections();
  }
});
