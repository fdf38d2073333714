/** The hash pool on a file from disk in Chromium: workers, then the page alone as under a strict CSP. */
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launch, type Page } from 'puppeteer-core';
import type { HashPool } from '../../widget/core/checksum/index.ts';
import { browserPath } from '../browsers.ts';

const FILE_MIB = 512;
const PART_MIB = 16;
const ALGORITHMS = ['crc64nvme', 'crc32c', 'md5', 'sha256'] as const;

declare global {
  // The page's own global, set by the bundle below.
  var checksum: { HashPool: typeof HashPool };
}

/** Prints MiB/s and the page's longest task in ms, for each algorithm. */
export async function measureInChromium(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'checksum-bench-'));
  const file = join(folder, 'random.bin');
  writeRandom(file);
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('../../widget/core/checksum/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'checksum',
    write: false,
  });
  const html = `<input type="file"><script>${bundle.outputFiles[0]?.text}</script>`;
  const server = createServer((request, response) => {
    const csp = request.url === '/strict' ? "script-src 'unsafe-inline'; worker-src 'none'" : '';
    response.writeHead(200, {
      'content-type': 'text/html',
      ...(csp && { 'content-security-policy': csp }),
    });
    response.end(html);
  }).listen(0, '127.0.0.1');
  const browser = await launch({
    executablePath: await browserPath(),
    args: ['--no-sandbox'],
    userDataDir: join(folder, 'profile'),
  });
  try {
    const { port } = server.address() as AddressInfo;
    const page = await browser.newPage();
    for (const path of ['/', '/strict']) {
      await page.goto(`http://127.0.0.1:${port}${path}`);
      const input = await page.$('input');
      await input?.uploadFile(file);
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      console.log(
        path === '/' ? `\nChromium, workers (${cores} cores)` : '\nChromium, no worker allowed',
      );
      for (const algorithm of ALGORITHMS) {
        const { mibPerSecond, longestTaskMs } = await measure(page, algorithm);
        console.log(
          `${algorithm.padEnd(10)} ${mibPerSecond.toFixed(0).padStart(6)} MiB/s   longest task ${longestTaskMs.toFixed(0)} ms`,
        );
      }
    }
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

function writeRandom(path: string): void {
  const block = randomFillSync(Buffer.alloc(2 ** 20));
  const handle = openSync(path, 'w');
  for (let i = 0; i < FILE_MIB; i++) writeSync(handle, block);
}

function measure(page: Page, algorithm: (typeof ALGORITHMS)[number]) {
  return page.evaluate(
    async (algorithm, partBytes) => {
      const file = document.querySelector('input')?.files?.[0];
      if (!file) throw new Error('No file was picked.');
      let longestTaskMs = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          longestTaskMs = Math.max(longestTaskMs, duration);
        }
      });
      observer.observe({ type: 'longtask' });
      const pool = new checksum.HashPool();
      const run = async () => {
        const parts = [];
        for (let at = 0; at < file.size; at += partBytes) {
          parts.push(pool.hash(file.slice(at, at + partBytes), algorithm));
        }
        await Promise.all(parts);
      };
      await run();
      const started = performance.now();
      await run();
      const seconds = (performance.now() - started) / 1000;
      pool.close();
      observer.disconnect();
      return { mibPerSecond: file.size / 2 ** 20 / seconds, longestTaskMs };
    },
    algorithm,
    PART_MIB * 2 ** 20,
  );
}
