/**
 * `npm run size`: what ships, minified and gzipped. Four totals are judged, and the parts that they
 * consist of are shown. Each has a goal, and a limit that it must not pass until the goal is reached:
 * whoever makes a total smaller lowers its limit. Fails if a total is above its limit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import process from 'node:process';
import { bundle, buildPage } from '../worker/build/build.ts';

interface Size {
  readonly name: string;
  readonly bytes: number;
  /** Absent for a part, which is shown and not judged. */
  readonly maxBytes?: number;
  /** Absent where it is the limit. */
  readonly goalBytes?: number;
}

/** What few pages use loads when it is used, and not with the first file: it is shown, and not counted. */
const APART: ReadonlySet<string> = new Set(['draw', 'form', 'rename', 'reorder']);

const ENVIRONMENT = { ...process.env, WRANGLER_SEND_METRICS: 'false' };

const element = await loads('widget/index.ts');
const engine = await loads('widget/core/index.ts');
const sizes: Size[] = [
  { name: 'the element, drawn', bytes: element.first, maxBytes: 26_000 },
  ...element.later,
  {
    name: 'the element, by the first file',
    bytes: element.total,
    maxBytes: 63_640,
    goalBytes: 46_000,
  },
  { name: '  the engine at first', bytes: engine.first },
  ...engine.later,
  { name: 'the engine, whole', bytes: engine.total, maxBytes: 34_380, goalBytes: 23_000 },
  { name: 'the Worker', bytes: await workerBytes(), maxBytes: 100_000 },
];
for (const { name, bytes, maxBytes, goalBytes = maxBytes } of sizes) {
  const size = `${name.padEnd(34)}${bytes.toLocaleString('en').padStart(8)} bytes gzipped`;
  const judged = maxBytes !== undefined && goalBytes !== undefined;
  console.log(judged ? `${size}, ${verdict(bytes, maxBytes, goalBytes)}` : size);
}
console.log(`${"the Worker's start".padEnd(34)}${startupMs().padStart(8)} ms of CPU, here`);
process.exit(sizes.some(({ bytes, maxBytes = Infinity }) => bytes > maxBytes) ? 1 : 0);

function verdict(bytes: number, maxBytes: number, goalBytes: number): string {
  const [limit, goal, over] = [maxBytes, goalBytes, bytes - goalBytes].map((count) =>
    count.toLocaleString('en'),
  );
  if (bytes > maxBytes) return `TOO LARGE: the limit is ${limit}`;
  return bytes > goalBytes ? `of ${limit}; ${over} above the goal of ${goal}` : `of ${goal}`;
}

/** What a page loads at once, what it loads by the first file, and both together. */
async function loads(
  entry: string,
): Promise<{ readonly first: number; readonly later: readonly Size[]; readonly total: number }> {
  const [start, ...rest] = await bundle('s3-upload', entry);
  if (!start || start.imports.length > 0) throw new Error(`${entry} does not load in one request`);
  const first = gzipped(start.code);
  const later = rest.map(({ name, code }) => ({
    name: `  + ${name}${APART.has(name) ? ' (apart)' : ''}`,
    bytes: gzipped(code),
  }));
  const total = rest
    .filter(({ name }) => !APART.has(name))
    .reduce((sum, { code }) => sum + gzipped(code), first);
  return { first, later, total };
}

function gzipped(code: string | Buffer): number {
  return gzipSync(code, { level: 9 }).length;
}

/** The size of the very bundle that `wrangler deploy` would upload. */
async function workerBytes(): Promise<number> {
  await buildPage();
  return inScratchFolder((dir) => {
    execFileSync('wrangler', ['deploy', '--dry-run', '--env=', '--minify', '--outdir', dir], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: ENVIRONMENT,
    });
    return readdirSync(dir)
      .filter((file) => file.endsWith('.js'))
      .reduce((sum, file) => sum + gzipped(readFileSync(join(dir, file))), 0);
  });
}

/**
 * How long the Worker's start keeps this machine's CPU busy, as `wrangler check startup` samples it
 * once: an order of magnitude, so it is shown and not judged. Workers may take a second:
 * https://developers.cloudflare.com/workers/platform/limits/#worker-startup-time
 */
function startupMs(): string {
  return inScratchFolder((dir) => {
    const printed = execFileSync(
      'wrangler',
      ['check', 'startup', '--args=--env=', `--outfile=${join(dir, 'startup.cpuprofile')}`],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: ENVIRONMENT },
    );
    return /Active: ([\d.]+) ms/.exec(printed)?.[1] ?? '?';
  });
}

function inScratchFolder<T>(work: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 's3-upload-size-'));
  try {
    return work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
