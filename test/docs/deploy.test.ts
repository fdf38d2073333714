/** The environment of `npm start` has public secrets: it runs here and is never deployed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { before, test } from 'node:test';
import { pageIsBuilt } from '../run/built-page.ts';

// wrangler looks for the assets first.
before(pageIsBuilt);

test('wrangler refuses to deploy the environment “local”, and says why', () => {
  const { status, output } = deploy('local');
  assert.notEqual(status, 0);
  assert.match(output, /cannot be deployed: it lets anyone upload/);
});

test('wrangler deploys the other environment', () => {
  const { status, output } = deploy('');
  assert.equal(status, 0, output);
});

function deploy(environment: string): { status: number | null; output: string } {
  const outdir = mkdtempSync(join(tmpdir(), 's3-upload-deploy-'));
  try {
    const args = ['deploy', '--dry-run', `--env=${environment}`, '--outdir', outdir];
    const { status, stdout, stderr } = spawnSync('wrangler', args, {
      cwd: new URL('../../', import.meta.url),
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
