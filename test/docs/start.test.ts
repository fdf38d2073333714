/** `npm start` where it cannot: it says what to do, and does not seem to have gone well. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { freePort } from '../e2e/product.ts';

test('npm start names the setting that is wrong, and ends', async () => {
  const state = await mkdtemp(join(tmpdir(), 's3-upload-start-'));
  try {
    const { code, said } = await start({
      PORT: String(await freePort()),
      STATE_DIR: state,
      URL_TTL: 'soon',
    });
    assert.match(said, /URL_TTL must be a time/);
    assert.equal(code, 1);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
});

test('npm start says which other port to take where its own is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, said } = await start({ PORT: String(port) });
  server.close();
  assert.ok(said.includes(`PORT=${port + 1} npm start`), said);
  assert.equal(code, 1);
});

async function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn('node', ['worker/build/start.ts'], {
    cwd: new URL('../../', import.meta.url),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, said };
}
