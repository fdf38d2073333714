/** What waits at the store for the rest of its part is encrypted as the object will be. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { createSigner } from '../../../worker/signer.ts';
import { startSink, type Sink } from '../counts/sink.ts';
import { memoryKV } from '../memory-kv.ts';

let sink: Sink;
before(async () => {
  sink = await startSink(PROFILES.minio);
});
after(() => sink.stop());

for (const [what, sse, sent] of [
  ['AES256', 'AES256', ['AES256', null]],
  ['a key of KMS', { kms: 'the-key' }, ['aws:kms', 'the-key']],
  ['nothing', undefined, [null, null]],
] as const) {
  it(`the tail is stored with the encryption of the settings, and without tags: ${what}`, async () => {
    const stored: Request[] = [];
    const app = createSigner({
      store: createStore({
        ...sink.running.config,
        fetch: (input, init) => {
          const request = new Request(input, init);
          if (request.method === 'PUT') stored.push(request.clone());
          return fetch(request);
        },
      }),
      kv: memoryKV(),
      authenticate: () => ({ owner: 'alice' }),
      tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
      rules: {
        prefix: `encrypted/${randomUUID()}/`,
        object: { ...(sse && { sse }), tags: { kind: 'film' } },
      },
      relay: true,
      log: () => undefined,
    });
    const response = await app.request('/chunks?filename=film.bin', {
      method: 'PUT',
      headers: { 'content-range': 'bytes 0-9/100', 'content-length': '10' },
      body: '0123456789',
    });
    assert.equal(response.status, 201, await response.text());
    const [tail, ...others] = stored;
    assert.ok(tail);
    assert.match(tail.url, /\.part\?/);
    assert.equal(others.length, 0);
    const name = 'x-amz-server-side-encryption';
    const headers = [tail.headers.get(name), tail.headers.get(`${name}-aws-kms-key-id`)];
    assert.deepEqual(headers, sent);
    assert.equal(tail.headers.get('x-amz-tagging'), null);
  });
}
