/** The checks beside the first request in development: in workerd as `wrangler dev` runs it, and by `serve`. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { dispose } from '../dispose.ts';
import { serveStore, stopAll } from '../faulty-servers.ts';
import { scratch, serve } from '../node/serving.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { ENOUGH } from './doctor.ts';
import { settingsOf, type Settings } from './setup.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const PRINTED_WITHIN_MS = 10_000;
/** What a browser sends along with a request of a page to the server that it came from. */
const FROM_OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

/** A signer in development. */
interface Developed {
  fetch(path: string, headers?: Record<string, string>): Promise<Response>;
  /** What its terminal shows of the checks, one finding after the other. */
  printed(): readonly string[];
  stop(): Promise<void>;
}

let store: Running;
before(async () => {
  ({ running: store } = await localR2.start());
});
after(stopAll);

const settingsWith = (more: Settings): Settings => ({ ...ENOUGH, ...settingsOf(store), ...more });

async function bundleOf(entry: string) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    write: false,
    metafile: true,
  });
}

async function startInWorkerd(settings: Settings): Promise<Developed> {
  const { outputFiles } = await bundleOf('worker/cli/development/worker.ts');
  const lines: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-11-01',
      bindings: settings,
      kvNamespaces: ['UPLOADS'],
      handleStructuredLogs: ({ message }) => void lines.push(message),
    }),
  );
  const url = await miniflare.ready;
  return {
    fetch: (path, headers = {}) => fetch(new URL(path, url), { headers }),
    printed: () =>
      lines.filter((line) => line.startsWith('s3-upload ')).map((line) => line.slice(10)),
    stop: () => dispose(miniflare),
  };
}

async function startServe(settings: Settings): Promise<Developed> {
  const { folder, drop } = await scratch();
  const served = await serve(folder, { ...settings, PORT: '0' });
  return {
    fetch: (path, headers = {}) => served.fetch(path, { headers }),
    printed: () => served.errors().match(/^(pass|warn|fail) .*(\n {6}.*)*/gm) ?? [],
    async stop() {
      await served.end('SIGKILL');
      await drop();
    },
  };
}

/** What is printed once the checks have ended, after several requests of the signer's own page. */
async function printedWith(
  start: (settings: Settings) => Promise<Developed>,
  more: Settings,
): Promise<readonly string[]> {
  const developed = await start(settingsWith(more));
  try {
    for (let index = 0; index < 3; index += 1) {
      await (await developed.fetch('/policy', FROM_OWN_PAGE)).text();
    }
    return await whenSettled(developed);
  } finally {
    await developed.stop();
  }
}

/** What is printed, once there is something and nothing has followed for a while. */
async function whenSettled({ printed }: Developed): Promise<readonly string[]> {
  const deadlineMs = performance.now() + PRINTED_WITHIN_MS;
  for (let before = 0; performance.now() < deadlineMs; before = printed().length) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (before > 0 && printed().length === before) break;
  }
  return printed();
}

for (const [where, start] of [
  ['in workerd', startInWorkerd],
  ['by s3-upload serve', startServe],
] as const) {
  describe(`the first request in development, ${where}`, () => {
    it('is followed by one line if all is well, however many requests come', async () => {
      const printed = await printedWith(start, {});
      assert.equal(printed.length, 1, printed.join('\n'));
      assert.match(printed[0] ?? '', /^pass  checks: all \d\d passed/);
    });

    it('is followed by the name of a wrong bucket, once', async () => {
      const printed = await printedWith(start, { S3_BUCKET: 'nonesuch' });
      assert.equal(printed.length, 1, printed.join('\n'));
      assert.match(printed[0] ?? '', /^fail  .*NoSuchBucket\n +-> .*check S3_BUCKET/);
    });

    it('is followed by the CORS rule that the page of the request lacks', async () => {
      const S3_ENDPOINT = await serveStore(store.config.endpoint, { removes: /^access-control-/ });
      const printed = await printedWith(start, { S3_ENDPOINT });
      assert.equal(printed.length, 1, printed.join('\n'));
      const [, page] = /^fail  upload from (\S+) to .*preflight/.exec(printed[0] ?? '') ?? [];
      assert.match(page ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.ok(printed[0]?.includes(`npx s3-upload setup --origin ${page}`), printed[0]);
    });

    it('is answered at once while a store keeps the checks waiting', async () => {
      const silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const developed = await start(settingsWith({ S3_ENDPOINT: `http://127.0.0.1:${port}` }));
      try {
        const asked = new Promise<void>((resolve) => silent.once('request', () => resolve()));
        const { status } = await developed.fetch('/policy', FROM_OWN_PAGE);
        await asked;
        assert.equal(status, 200);
        assert.deepEqual(developed.printed(), [], 'the checks still wait');
      } finally {
        await developed.stop();
        silent.closeAllConnections();
        silent.close();
      }
    });

    it('is not the one that asks for its health', async () => {
      const developed = await start(settingsWith({ S3_BUCKET: 'nonesuch' }));
      try {
        assert.equal((await developed.fetch('/health')).status, 200);
        await new Promise((resolve) => setTimeout(resolve, 500));
        assert.deepEqual(developed.printed(), []);
        await developed.fetch('/policy');
        assert.equal((await whenSettled(developed)).length, 1);
      } finally {
        await developed.stop();
      }
    });
  });
}

describe('the first request in development', () => {
  it('names a short TOKEN_SECRET in workerd, once, although each request is refused', async () => {
    const printed = await printedWith(startInWorkerd, { TOKEN_SECRET: 'short' });
    assert.equal(printed.length, 1, printed.join('\n'));
    assert.match(printed[0] ?? '', /^fail  settings: .*TOKEN_SECRET is shorter than 32/);
  });

  it('says that a page of another origin is not allowed', async () => {
    const developed = await startServe(settingsWith({}));
    try {
      await developed.fetch('/policy', { origin: 'http://localhost:5173' });
      const printed = (await whenSettled(developed)).join('\n');
      assert.match(printed, /^fail  ALLOWED_ORIGINS: it does not allow http:\/\/localhost:5173$/m);
    } finally {
      await developed.stop();
    }
  });

  it('is like any other where NODE_ENV is production', async () => {
    const settings = settingsWith({ S3_BUCKET: 'nonesuch', NODE_ENV: 'production' });
    const developed = await startServe(settings);
    try {
      await developed.fetch('/policy', FROM_OWN_PAGE);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.deepEqual(developed.printed(), []);
    } finally {
      await developed.stop();
    }
  });

  it('has checks that are not in the Worker that is deployed', async () => {
    const inputsOf = async (entry: string) =>
      Object.keys((await bundleOf(entry)).metafile.inputs).filter((file) =>
        file.startsWith('worker/cli/'),
      );
    assert.deepEqual(await inputsOf('worker/index.ts'), []);
    assert.ok((await inputsOf('worker/cli/development/worker.ts')).length > 10);
  });
});
