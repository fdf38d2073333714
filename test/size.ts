/** `npm run size`: what ships, minified and gzipped, against its budget. Fails above one. */
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
  /** Without one it is told and not judged. */
  readonly maxBytes?: number;
}

const sizes: Size[] = [
  ...(await measure('widget/core', 'widget/core/index.ts', 9000)),
  ...(await measure('element, with Lit', 'widget/index.ts', 25_000)),
  { name: 'Worker', bytes: await workerBytes(), maxBytes: 60_000 },
];
let isOver = false;
for (const { name, bytes, maxBytes = Infinity } of sizes) {
  isOver ||= bytes > maxBytes;
  const verdict = bytes > maxBytes ? 'TOO LARGE' : 'ok';
  const judged = Number.isFinite(maxBytes)
    ? ` of ${maxBytes.toLocaleString('en')}  ${verdict}`
    : '';
  console.log(`${name.padEnd(36)}${bytes.toLocaleString('en').padStart(8)} bytes gzipped${judged}`);
}
process.exit(isOver ? 1 : 0);

/** What a page loads to show it, which is judged; what comes by the first file; and all of it. */
async function measure(name: string, entry: string, maxBytes: number): Promise<Size[]> {
  const [first, ...later] = await bundle('s3-upload', entry);
  if (!first || first.imports.length > 0) throw new Error(`${name} does not load in one request`);
  const parts = later.map((chunk) => ({ name: `  + ${chunk.name}`, bytes: gzipped(chunk.code) }));
  const bytes = gzipped(first.code);
  const total = parts.reduce((sum, part) => sum + part.bytes, bytes);
  return [{ name, bytes, maxBytes }, ...parts, { name: '  = by the first file', bytes: total }];
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

/** The very bundle that `wrangler deploy` would upload. */
async function workerBytes(): Promise<number> {
  await buildPage();
  const dir = mkdtempSync(join(tmpdir(), 's3-upload-size-'));
  try {
    execFileSync('wrangler', ['deploy', '--dry-run', '--env=', '--minify', '--outdir', dir], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    return readdirSync(dir)
      .filter((file) => file.endsWith('.js'))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(dir, file)), { level: 9 }).length, 0);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
