/** The Worker of the checkout under `wrangler dev`, which puts a proxy before it as a network does. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Caller } from './caller.ts';
import { TREE } from './tree.ts';

const WRANGLER = fileURLToPath(new URL('../../../node_modules/.bin/wrangler', import.meta.url));
const READY_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 200;
/** No request of these tests gets as far as the store. */
const SETTINGS = {
  AUTH: 'anonymous',
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
  S3_PROFILE: 'r2-local',
  S3_ENDPOINT: 'http://127.0.0.1:9/never-asked',
  S3_BUCKET: 'uploads',
  S3_ACCESS_KEY_ID: 'access-key',
  S3_SECRET_ACCESS_KEY: 'secret-key',
};

export interface DevServer {
  readonly caller: Caller;
  stop(): Promise<void>;
}

/** Starts it with these settings and anonymous callers, on a port of its own. */
export async function startDevServer(
  settings: Readonly<Record<string, string>>,
): Promise<DevServer> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-promises-'));
  const config = {
    name: 'promises',
    main: join(TREE, 'worker/index.ts'),
    compatibility_date: '2026-11-01',
    kv_namespaces: [{ binding: 'UPLOADS', id: 'uploads' }],
    vars: { ...SETTINGS, ...settings },
  };
  await writeFile(join(folder, 'wrangler.json'), JSON.stringify(config));
  const port = await freePort();
  const args = ['dev', '--config', 'wrangler.json', '--ip', '127.0.0.1', '--port', `${port}`];
  // Its own choice may be that of another one that starts at the same moment.
  args.push('--inspector-port', '0');
  const child = spawn(
    process.execPath,
    [WRANGLER, ...args, '--show-interactive-dev-session=false'],
    {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const address = new URL(`http://127.0.0.1:${port}`);
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(address))) {
    if (performance.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error(`wrangler dev does not run ${config.main}`);
    }
    await setTimeout(ASK_AGAIN_MS);
  }
  return { caller: new Caller(address, {}), stop };
}

async function isReady(address: URL): Promise<boolean> {
  try {
    return (await fetch(new URL('/health', address))).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
