/** The Worker as it is deployed: the real entry, in workerd. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { Policy, Problem } from '../../worker/protocol.ts';
import { JWT_SECRET, jwtFor, SETTINGS, startLab } from './harness.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

describe('the Worker', () => {
  let script: string;
  before(async () => {
    const { outputFiles } = await build({
      entryPoints: [new URL('../../worker/index.ts', import.meta.url).pathname],
      bundle: true,
      format: 'esm',
      target: 'es2023',
      write: false,
    });
    script = outputFiles[0]?.text ?? '';
  });

  const start = (bindings: Record<string, string>) =>
    new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script,
        compatibilityDate: '2026-11-01',
        bindings,
        kvNamespaces: ['UPLOADS'],
        unsafeTriggerHandlers: true,
      }),
    );

  it('signs nothing, for nobody, until it is told who may call', async () => {
    const miniflare = start({ TOKEN_SECRET: SETTINGS.TOKEN_SECRET });
    try {
      for (const path of ['/policy', '/uploads', '/health', '/s3-upload']) {
        const response = await miniflare.dispatchFetch(`http://localhost${path}`);
        const problem = (await response.json()) as Problem;
        assert.equal(response.status, 500);
        assert.equal(problem.code, 'misconfigured');
        assert.match(problem.detail, /AUTH/);
        assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
        assert.equal(response.headers.get('cache-control'), 'no-store');
        assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      }
    } finally {
      await miniflare.dispose();
    }
  });

  it('refuses to run with the public secrets of `npm start` anywhere but on this machine', async () => {
    const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8');
    const vars = toml.split('[env.local.vars]')[1]?.split('\n[')[0] ?? '';
    const local = Object.fromEntries(
      [...vars.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const miniflare = start({ ...local, S3_ENDPOINT: 'http://127.0.0.1:1' });
    try {
      const statuses: Record<string, number> = {};
      for (const host of [
        'localhost:8787',
        '127.0.0.1',
        'upload.workers.dev',
        'localhost.evil.example',
      ]) {
        const response = await miniflare.dispatchFetch(`http://${host}/policy`);
        statuses[host] = response.status;
        const { detail = '' } = (await response.json()) as Partial<Problem>;
        if (response.status !== 200) assert.match(detail, /TOKEN_SECRET.*npm run deploy/);
      }
      assert.deepEqual(Object.values(statuses), [200, 200, 500, 500]);
    } finally {
      await miniflare.dispose();
    }
  });

  it('is what its settings say', async () => {
    const miniflare = start({
      ...SETTINGS,
      S3_BUCKET: 'bucket',
      S3_REGION: 'eu-west-1',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      MAX_BYTES: '5MB',
      JWT_SECRET,
    });
    try {
      const response = await miniflare.dispatchFetch('http://localhost/policy', {
        headers: { authorization: `Bearer ${await jwtFor('alice')}` },
      });
      const policy = (await response.json()) as Policy;
      assert.equal(policy.maxBytes, 5_000_000);
      assert.equal(policy.checksum, 'crc64nvme');
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron: '*/15 * * * *' });
      assert.equal(outcome, 'ok');
    } finally {
      await miniflare.dispose();
    }
  });
});

onEveryStore(
  'a role',
  ({ assumeRole }) => assumeRole,
  (running) => {
    let lab: Awaited<ReturnType<typeof startLab>>;
    before(async () => {
      lab = await startLab(running(), {
        S3_ROLE_ARN: process.env['S3_ROLE_ARN'] ?? 'arn:aws:iam:::role/uploader',
      });
    });
    after(() => lab.stop());

    it('signs with keys that end, and can do no less for that', async () => {
      const alice = await lab.as('alice');
      const body = random(6 * 1024 * 1024);
      const { answer, upload } = await alice.upload(body);
      assert.equal(answer.status, 200);
      assert.deepEqual(await download(running(), upload.key), body);
      const { body: signed } = await alice.sign(
        await alice.create({ bytes: body.length }),
        body,
        [1],
      );
      assert.match(signed.requests[0]?.url ?? '', /X-Amz-Security-Token=/);
      const single = await alice.upload(random(10));
      assert.equal(single.answer.status, 200);
      assert.equal((await alice.delete(`/uploads/${upload.id}`)).status, 409);
    });
  },
);
