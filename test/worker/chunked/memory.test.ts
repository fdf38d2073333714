/** Memory that chunks with a checksum take before any of their bytes is written. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { createSigner } from '../../../worker/signer.ts';
import { startSink, type Sink } from '../counts/sink.ts';
import { MIB } from '../harness.ts';
import { memoryKV } from '../memory-kv.ts';

let sink: Sink;
before(async () => {
  sink = await startSink(PROFILES.minio);
});
after(() => sink.stop());

it('chunks with a checksum wait until there is memory for all of their bytes', async () => {
  const app = createSigner({
    store: sink.running.store,
    kv: memoryKV(),
    authenticate: () => ({ owner: 'alice' }),
    tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
    rules: { prefix: `memory/${randomUUID()}/` },
    relay: true,
    log: () => undefined,
  });
  const tus = { 'tus-resumable': '1.0.0' };
  const create = async (): Promise<string> => {
    const headers = { ...tus, 'upload-length': String(16 * MIB) };
    const { status, headers: answered } = await app.request('/chunks', { method: 'POST', headers });
    assert.equal(status, 201);
    return answered.get('location') ?? '';
  };
  const patch = (url: string, bytes: number, checksum: string, body: ReadableStream) =>
    app.request(url, {
      method: 'PATCH',
      headers: {
        ...tus,
        'upload-offset': '0',
        'upload-checksum': `sha1 ${checksum}`,
        'content-type': 'application/offset+octet-stream',
        'content-length': String(bytes),
      },
      body,
      duplex: 'half',
    } as RequestInit);

  let breakOff = () => {};
  let reads = () => {};
  const isReading = new Promise<void>((resolve) => (reads = resolve));
  const stalled = new ReadableStream(
    {
      pull: () => reads(),
      start: (controller) => void (breakOff = () => controller.error(new Error('gone'))),
    },
    { highWaterMark: 0 },
  );
  const first = patch(await create(), 16 * MIB, 'Kq5sNclPz7QV2+lfQIuc6R7oRu0=', stalled);
  await isReading;

  const bytes = new Uint8Array(16 * MIB);
  let isRead = false;
  const body = () =>
    new ReadableStream(
      {
        pull(controller) {
          isRead = true;
          controller.enqueue(bytes);
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  const url = await create();
  const sum = createHash('sha1').update(bytes).digest('base64');
  const refused = await patch(url, bytes.length, sum, body());
  assert.equal(refused.status, 429, await refused.text());
  assert.equal(isRead, false);

  breakOff();
  assert.equal((await first).status, 422);
  assert.equal((await patch(url, bytes.length, sum, body())).status, 204);
});
