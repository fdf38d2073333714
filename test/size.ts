/** `npm run size`: what ships, minified and gzipped, against its budget. Fails above one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import process from 'node:process';
import { build } from 'esbuild';
import { buildPage, PAGE_BUNDLE } from '../worker/cli/build.ts';

/**
 * What each may weigh: what it does weigh, rounded up. A change that needs more has to say so here,
 * and one that needs less takes the bound down with it.
 */
const BUDGETS: readonly { name: string; maxBytes: number; measure: () => Promise<number> }[] = [
  { name: 'widget/core', maxBytes: 15_500, measure: () => gzipped('widget/core/index.ts') },
  { name: 'element, with Lit', maxBytes: 34_700, measure: () => gzipped('widget/index.ts') },
  { name: 'Worker', maxBytes: 60_000, measure: workerBytes },
];

let isOver = false;
for (const { name, maxBytes, measure } of BUDGETS) {
  const bytes = await measure();
  isOver ||= bytes > maxBytes;
  const verdict = bytes > maxBytes ? 'TOO LARGE' : 'ok';
  console.log(
    `${name.padEnd(20)}${bytes.toLocaleString('en').padStart(8)} of ${maxBytes.toLocaleString('en')} bytes gzipped  ${verdict}`,
  );
}
process.exit(isOver ? 1 : 0);

async function gzipped(entryPoint: string): Promise<number> {
  const { outputFiles } = await build({ ...PAGE_BUNDLE, entryPoints: [entryPoint], write: false });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
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
