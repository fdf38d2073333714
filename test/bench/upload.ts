/**
 * `npm run bench -- upload`: how near the engine comes to the floor, and Uppy beside it. Every
 * contender runs once in each round, in a browser context of its own, on the same files; printed
 * are medians and their ratio to the floor's. `--rounds 5` sets the rounds, `--only far` the case
 * (loopback, far, small), `--without uppy` leaves a contender out.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { launch, type Browser } from 'puppeteer-core';
import { browserPath } from '../browsers.ts';
import { writeRandomFile } from '../e2e/files.ts';
import { PAGE_BUNDLE } from '../bundle.ts';
import type { BenchPage, Contender, Where } from './contenders.ts';
import type { Addresses, Ends } from './server.ts';

const MIB = 1024 * 1024;
/** Between a page's opening and the pick of files, as with a person. */
const IDLE_MS = 1000;

/** On the page. */
declare const bench: BenchPage;

interface Run {
  readonly name: string;
  readonly contender: Contender;
  readonly endpoint: 'plain' | 'checked' | 'lanes' | 'forms';
  /** Of the floor's time; printed with the verdict. */
  readonly atMost?: number;
}

interface Case {
  readonly id: string;
  readonly title: string;
  readonly line: keyof Addresses;
  readonly files: readonly number[];
  /** The first is the floor. */
  readonly runs: readonly Run[];
}

const FLOOR: Run = { name: 'floor: 6 XHR PUTs, URLs known', contender: 'floor', endpoint: 'plain' };
const UPPY: Run = { name: 'Uppy 6.3.1', contender: 'uppy', endpoint: 'plain' };

const CASES: readonly Case[] = [
  {
    id: 'loopback',
    title: 'one file of 1 GiB on loopback',
    line: 'loopback',
    files: [1024 * MIB],
    runs: [
      FLOOR,
      // What it costs at least to check what was sent: each byte is read once more.
      { name: 'floor, and read again', contender: 'floorAndRead', endpoint: 'plain' },
      { name: 's3-upload, no checksums', contender: 'engine', endpoint: 'plain', atMost: 1.05 },
      { name: 's3-upload, CRC64NVME', contender: 'engine', endpoint: 'checked', atMost: 1.35 },
      UPPY,
    ],
  },
  {
    id: 'far',
    title: 'one file of 256 MiB, 80 ms round trip, 5 MB/s a connection',
    line: 'far',
    files: [256 * MIB],
    runs: [
      FLOOR,
      { name: 's3-upload, CRC64NVME', contender: 'engine', endpoint: 'checked', atMost: 1.05 },
      { name: 's3-upload, two lanes', contender: 'engine', endpoint: 'lanes', atMost: 0.55 },
      UPPY,
    ],
  },
  {
    id: 'small',
    title: '300 files of 20 kB, 80 ms round trip',
    line: 'far',
    files: Array.from({ length: 300 }, () => 20_000),
    runs: [
      FLOOR,
      { name: 'form POSTs alone', contender: 'forms', endpoint: 'plain' },
      { name: 's3-upload, CRC64NVME', contender: 'engine', endpoint: 'forms', atMost: 0.6 },
      UPPY,
    ],
  },
];

const { values: asked } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
  },
});
const rounds = Number(asked.rounds);
const dir = await mkdtemp(join(tmpdir(), 's3-upload-bench-'));
const server = fork(new URL('./server.ts', import.meta.url), { stdio: 'inherit' });
const page = await servePage();
let browser: Browser | undefined;
let isMissed = false;
try {
  const [addresses] = (await once(server, 'message')) as [Addresses];
  browser = await launch({
    executablePath: await browserPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    protocolTimeout: 1_200_000,
  });
  for (const aCase of CASES) {
    if (asked.only.length > 0 && !asked.only.includes(aCase.id)) continue;
    const runs = aCase.runs.filter(({ contender }) => !asked.without.includes(contender));
    isMissed = (await measure({ ...aCase, runs }, browser, addresses)) || isMissed;
  }
} finally {
  await browser?.close();
  server.disconnect();
  page.close();
  await rm(dir, { recursive: true, force: true });
}
process.exitCode = isMissed ? 1 : 0;

/** Prints one case; true where a target was missed. */
async function measure(aCase: Case, browser: Browser, addresses: Addresses): Promise<boolean> {
  const files = await Promise.all(
    aCase.files.map(async (bytes, index) => {
      const path = join(dir, `${aCase.id}-${index}.bin`);
      await writeRandomFile(path, bytes);
      return path;
    }),
  );
  const seconds = new Map<string, number[]>(aCase.runs.map(({ name }) => [name, []]));
  const cpu = new Map<string, number[]>(aCase.runs.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, contender, endpoint } of aCase.runs) {
      const where = whereTo(addresses[aCase.line], endpoint);
      const run = await runOnce(browser, files, contender, where);
      seconds.get(name)?.push(run.seconds);
      cpu.get(name)?.push(run.cpuSeconds);
    }
  }
  await Promise.all(files.map((path) => rm(path)));

  console.log(`\n${aCase.title} (medians of ${rounds} rounds, ${cpus().length} cores)`);
  const floor = median(seconds.get(aCase.runs[0]?.name ?? '') ?? []);
  let isMissed = false;
  for (const { name, atMost } of aCase.runs) {
    const took = median(seconds.get(name) ?? []);
    const ratio = took / floor;
    const miss = atMost !== undefined && ratio > atMost;
    isMissed ||= miss;
    const verdict = atMost === undefined ? '' : `  ${miss ? 'ABOVE' : 'within'} ${atMost}`;
    console.log(
      `  ${name.padEnd(32)}${took.toFixed(2).padStart(8)} s${ratio.toFixed(3).padStart(8)} x floor${median(
        cpu.get(name) ?? [],
      )
        .toFixed(2)
        .padStart(7)} s of CPU${verdict}`,
    );
  }
  return isMissed;
}

/** One run in a fresh context: no warm connection and no cached preflight from the run before. */
async function runOnce(
  browser: Browser,
  files: readonly string[],
  contender: Contender,
  where: Where,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const context = await browser.createBrowserContext();
  try {
    const tab = await context.newPage();
    await tab.goto(page.url);
    const input = await tab.$('input');
    await input?.uploadFile(...files);
    await tab.evaluate((contender, where) => bench.prepare(contender, where), contender, where);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const cpu = cpuSeconds();
    const seconds = await tab.evaluate(() => bench.go());
    return { seconds, cpuSeconds: cpuSeconds() - cpu };
  } finally {
    await context.close();
  }
}

function whereTo({ lanes, signer }: Ends, endpoint: Run['endpoint']): Where {
  return { lanes: lanes.slice(0, 1), endpoint: `${signer}/${endpoint}` };
}

/** Of the whole machine: browser, sink and all. */
function cpuSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys) / 1000, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

async function servePage(): Promise<{ url: string; close(): void }> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    entryPoints: ['test/bench/contenders.ts'],
    write: false,
    platform: 'browser',
  });
  const script = outputFiles[0]?.contents ?? new Uint8Array();
  const html =
    '<!doctype html><meta charset="utf-8"><title>bench</title><input type="file" multiple><script type="module" src="/page.js"></script>';
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
