/** Clients that break off while the Worker reads their request. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import * as v from 'valibot';
import { readBody } from '../../worker/http/body.ts';
import { FormReader } from '../../worker/http/form-data.ts';
import type { Created, CreateAnswer } from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createSigner } from '../../worker/signer.ts';
import { startSink } from './counts/sink.ts';
import { MIB, tokenOf } from './harness.ts';
import { memoryKV } from './memory-kv.ts';

/** A request of which this text comes, and then nothing more. */
function brokenOff(text: string, type: string): Request {
  const pieces = [new TextEncoder().encode(text)];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.error(new TypeError('The connection was lost.'));
    },
  });
  const headers = { 'content-type': type, 'content-length': '1000' };
  const init = { method: 'POST', headers, body, duplex: 'half' };
  return new Request('https://x.example', init as RequestInit);
}

it('JSON that breaks off is incomplete, and no defect of the Worker', async () => {
  const reading = readBody(brokenOff('{"files":', 'application/json'), v.object({}));
  await assert.rejects(reading, { name: 'ProblemError', code: 'incomplete' });
});

it('a form that breaks off is incomplete, in a field or in its file', async () => {
  const type = 'multipart/form-data; boundary=b';
  const field = '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc';
  const reading = new FormReader(brokenOff(field, type)).read('token', async (token) => token);
  await assert.rejects(reading, { name: 'ProblemError', code: 'incomplete' });

  const file = `${field}\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nhello`;
  const { form } = await new FormReader(brokenOff(file, type)).read('token', async () => 1);
  const taking = async () => {
    for await (const chunk of form.chunks) assert.ok(chunk);
  };
  await assert.rejects(taking, { name: 'ProblemError', code: 'incomplete' });
});

it('what has begun at the store, or in a hook, goes on without its client', async () => {
  const sink = await startSink(PROFILES.minio);
  /** What Cloudflare lets go on. */
  const works: Promise<unknown>[] = [];
  const seen: number[] = [];
  const app = createSigner({
    store: sink.running.store,
    kv: memoryKV(),
    authenticate: () => ({ owner: 'alice' }),
    tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
    rules: { prefix: `gone/${randomUUID()}/`, maxOpen: 1 },
    checksum: null,
    forms: 'off',
    hooks: {
      prepare: () => void seen.push(works.length),
      finalize: () => void seen.push(works.length),
    },
    log: () => undefined,
  });
  const context = {
    waitUntil: (work: Promise<unknown>) => void works.push(work),
    passThroughOnException: () => undefined,
    props: {},
  };
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    const response = await app.request(path, init, {}, context);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  const file = { id: randomUUID(), name: 'a.bin', type: '', bytes: MIB };
  const { uploads } = (await post('/uploads', { files: [file] })) as CreateAnswer;
  const upload = uploads[0] as Created;
  const [request] = upload.requests;
  assert.ok(request);
  const etag = sink.take(request.method, request.url, {}, new Blob([new Uint8Array(MIB)]));
  works.length = 0;
  await post(`/uploads/${file.id}/complete`, { parts: [{ number: 1, etag }] }, tokenOf(upload));
  sink.stop();
  assert.equal(seen.length, 2);
  assert.ok(
    seen.every((count) => count > 0),
    seen.join(),
  );
});
