/** What differs between workerd's fetch and Node's, on the calls that the Worker makes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { Credentials } from '../../../worker/s3/signing/credentials.ts';
import type { StoreConfig } from '../../../worker/s3/store.ts';
import { withReplies } from './scripted.ts';
import { onEveryStore } from './stores.ts';
import { checksumOf } from './sums.ts';
import { random, attributesWith } from './uploads.ts';
import type { WorkerdCall } from './workerd-entry.ts';

let workerd: Miniflare;

before(async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('workerd-entry.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['workerd', 'worker', 'browser'],
  });
  workerd = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-11-01',
    }),
  );
});
after(() => workerd.dispose());

interface Came<Result> {
  readonly result?: Result;
  readonly error?: { readonly kind: string; readonly code: string; readonly message: string };
}

async function call<Result>(
  { config, credentials }: { config: StoreConfig; credentials: Credentials },
  method: WorkerdCall['method'],
  parameters: readonly unknown[],
  body?: Uint8Array,
): Promise<Came<Result>> {
  const { endpoint, bucket, region, style, profile } = config;
  const sent: WorkerdCall = {
    config: { endpoint, bucket, region, style, profile: profile.name, credentials },
    method,
    parameters,
  };
  const response = await fetch(await workerd.ready, {
    method: 'POST',
    headers: { call: encodeURIComponent(JSON.stringify(sent)) },
    body: new Uint8Array(body ?? []),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Came<Result>;
}

onEveryStore(
  'a store, asked from workerd,',
  () => true,
  (running) => {
    const ask = <Result>(
      method: WorkerdCall['method'],
      parameters: readonly unknown[],
      body?: Uint8Array,
    ): Promise<Came<Result>> => call<Result>(running(), method, parameters, body);

    it('opens an upload, accepts a part as a stream, completes it and shows it', async () => {
      const key = running().key("ü 'x' +%.bin");
      const attributes = attributesWith({ metadata: { who: 'Zoë 🚀' }, contentType: 'text/plain' });
      const { result: opened } = await ask<{ uploadId: string }>('createMultipart', [
        key,
        attributes,
      ]);
      assert.ok(opened);
      const { uploadId } = opened;

      const body = random(300_000);
      const upload = { key, uploadId, algorithm: 'md5' };
      const part = { number: 1, bytes: body.length, checksum: checksumOf('md5', body) };
      const flipped = await ask('sendPart', [upload, part], random(body.length));
      assert.equal(flipped.error?.kind, 'checksum_mismatch');
      const longer = await ask('sendPart', [upload, part], random(body.length + 1));
      assert.ok(longer.error);
      const { result: stored } = await ask<{ etag: string }>('sendPart', [upload, part], body);
      assert.ok(stored);

      if (running().store.profile.listParts) {
        const { result: listed } = await ask<unknown[]>('listParts', [key, uploadId]);
        assert.deepEqual(listed, [{ number: 1, bytes: body.length, etag: stored.etag }]);
      }
      const request = { parts: [{ number: 1, ...stored }], bytes: body.length, algorithm: null };
      const completed = await ask('completeMultipart', [key, uploadId, request]);
      assert.equal(completed.error, undefined);

      const { result: object } = await ask<Record<string, unknown>>('head', [key]);
      assert.equal(object?.['bytes'], body.length);
      assert.equal(object['type'], 'text/plain');
      assert.equal(object['mark'], attributes.mark);
      assert.deepEqual(object['metadata'], attributes.metadata);
    });

    it('shows the size of an empty object, and nothing if there is no object', async () => {
      const { store, key: newKey } = running();
      const key = newKey();
      assert.deepEqual(await ask('head', [key]), { result: null });
      const { request } = await store.presignPut(key, 0, attributesWith(), { expiresIn: 60 });
      assert.ok((await fetch(request.url, { method: 'PUT', headers: request.headers })).ok);
      const { result } = await ask<{ bytes: number }>('head', [key]);
      assert.equal(result?.bytes, 0);
    });
  },
);

describe('workerd', () => {
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };

  it('case 74: does not follow a redirect with our signature', async () => {
    const headers = { 'x-amz-bucket-region': 'eu-west-1', location: '/elsewhere' };
    await withReplies([{ status: 307, headers }], async ({ config, asked }) => {
      const { error } = await call({ config, credentials }, 'listParts', ['k', 'u']);
      assert.equal(error?.kind, 'misconfigured');
      assert.match(error.message, /eu-west-1/);
      assert.equal(asked.length, 1);
    });
  });

  it('case 47: treats an answer that breaks off as no answer', async () => {
    await withReplies([{ status: 200, body: '<Complete', cut: true }], async ({ config }) => {
      const request = { parts: [{ number: 1, etag: 'e' }], bytes: 1, algorithm: null };
      const { error } = await call({ config, credentials }, 'completeMultipart', [
        'k',
        'u',
        request,
      ]);
      assert.equal(error?.kind, 'unknown');
    });
  });

  it('case 87: says that nobody answered, and not who', async () => {
    await withReplies([], async ({ config }) => {
      const nobody = { ...config, endpoint: 'http://127.0.0.1:9' };
      const { error } = await call({ config: nobody, credentials }, 'head', ['k']);
      assert.deepEqual([error?.kind, error?.code], ['unavailable', 'NoAnswer']);
      assert.doesNotMatch(error?.message ?? '', /127/);
    });
  });
});
