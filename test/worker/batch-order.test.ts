/** Which files of a batch have to be sent again, where one request cannot serve all of them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Hooks } from '../../worker/hooks.ts';
import {
  isRefused,
  type CompleteManyAnswer,
  type CreateAnswer,
  type Policy,
} from '../../worker/protocol.ts';
import { sqliteState } from '../../worker/node/state/sqlite.ts';
import { localReservations } from '../../worker/policy/local-reservations.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB } from './harness.ts';
import { objects } from './policy/objects.ts';

describe('a batch of more files than one request can serve', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  const filesOf = (count: number, bytes: number, checksums?: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => ({
      id: randomUUID(),
      name: `${index}.bin`,
      bytes,
      type: '',
      ...checksums?.(index),
    }));
  /** The indexes of the files that have to be sent again. */
  async function refusedOf(files: readonly object[], more: Partial<SignerOptions>) {
    const { client } = apps(() => sink.running, `batch/${randomUUID()}/`)({}, more);
    const { body } = await client.post<CreateAnswer>('/uploads', { files });
    return body.uploads.flatMap((slot, index) => {
      if (!isRefused(slot)) return [];
      assert.equal(slot.problem.code, 'rate_limited');
      return [index];
    });
  }

  it('begins the first of them, whichever the policy allows first', async () => {
    const files = filesOf(45, 11 * MIB);
    const waiting: (() => void)[] = [];
    const policy: SignerOptions['policy'] = () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(undefined));
        // The last one is answered first.
        if (waiting.length === files.length) for (const next of waiting.reverse()) next();
      });
    assert.deepEqual(await refusedOf(files, { policy }), [40, 41, 42, 43, 44]);
  });

  it('begins as many as it can where the same files may be stored already', async () => {
    const sum = (index: number) => ({
      checksum: { algorithm: 'crc64nvme', value: Buffer.alloc(8, index).toString('base64') },
    });
    const refused = await refusedOf(filesOf(40, 11 * MIB, sum), {
      keyTemplate: '{prefix}{owner}/{checksum}',
      checksum: 'crc64nvme',
    });
    assert.deepEqual(
      refused,
      Array.from({ length: 20 }, (_, index) => 20 + index),
    );
  });
});

describe('room for some of the files of a batch', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  const fileOf = (index: number) => ({
    id: randomUUID(),
    name: `${index}.bin`,
    bytes: 1000,
    type: '',
    checksums: [Buffer.alloc(32, index).toString('base64')],
  });
  const BY_CHECKSUM = {
    keyTemplate: '{prefix}{owner}/{checksum}',
    rules: { prefix: `room/${randomUUID()}/`, maxTotalBytes: 2000 },
  };
  const refusedOf = ({ uploads }: CreateAnswer) =>
    uploads.flatMap((slot, index) => (isRefused(slot) ? [index] : []));

  for (const [how, reservationsOf] of [
    ['in an isolate', () => localReservations()],
    ['in SQLite', async () => (await sqliteState(':memory:', {})).reservations],
    ['in a Durable Object', () => objects().reservations],
  ] as const) {
    it(`is for the first of them, whichever the store answers first: ${how}`, async () => {
      const waiting: (() => void)[] = [];
      const store = createStore({
        ...sink.running.config,
        fetch: async (input, init) => {
          const request = new Request(input, init);
          if (request.method === 'HEAD') {
            await new Promise<void>((resolve) => {
              waiting.push(resolve);
              // The last one is answered first.
              if (waiting.length === 4) release();
            });
          }
          return fetch(request);
        },
      });
      const release = async () => {
        for (const next of waiting.splice(0).reverse()) {
          next();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const reservations = await reservationsOf();
      const { client } = apps(() => sink.running, '')({}, { ...BY_CHECKSUM, store, reservations });
      const files = [1, 2, 3, 4].map(fileOf);
      const { body } = await client.post<CreateAnswer>('/uploads', { files });
      assert.deepEqual(refusedOf(body), [2, 3]);
    });
  }

  it('is asked for in one message to the Durable Object', async () => {
    const { reservations, requests } = objects();
    const { client } = apps(() => sink.running, '')({}, { reservations });
    await client.create({ bytes: 11 * MIB });
    requests.splice(0);
    const files = Array.from({ length: 40 }, (_, index) => ({ ...fileOf(index), bytes: 11 * MIB }));
    await client.post('/uploads', { files: files.map((file) => ({ ...file, checksums: [] })) });
    assert.deepEqual(requests, ['POST https://limits/ all']);
  });

  it('is for a file that is stored already, if it is the first', async () => {
    let isBatch = false;
    let begins = () => {};
    const another = new Promise<void>((resolve) => (begins = resolve));
    const hooks: Hooks = {
      async prepare({ name }) {
        if (!isBatch) return {};
        if (name !== '1.bin') begins();
        // The other file would begin meanwhile, if there was room for it.
        else await Promise.race([another, new Promise((resolve) => setTimeout(resolve, 200))]);
        return {};
      },
    };
    const { client } = apps(() => sink.running, '')(hooks, BY_CHECKSUM);
    const stored = await client.create(fileOf(1));
    const [request] = stored.requests;
    assert.ok(request);
    sink.take(request.method, request.url, {}, new Blob([new Uint8Array(1000)]));
    const parts = [{ number: 1, etag: '"1"' }];
    assert.equal((await client.complete(stored, { parts })).status, 200);
    isBatch = true;
    const files = [fileOf(1), fileOf(2)];
    const { body } = await client.post<CreateAnswer>('/uploads', { files });
    assert.deepEqual(refusedOf(body), [1]);
  });
});

describe('the batches that the policy tells a page', () => {
  const sinks: Sink[] = [];
  const sinkOf = async (name: 'minio' | 'r2') => {
    const sink = await startSink(PROFILES[name]);
    sinks.push(sink);
    return sink;
  };
  after(() => {
    for (const sink of sinks) sink.stop();
  });
  const clientOf = (sink: Sink, more: Partial<SignerOptions>, hooks: Hooks = {}) =>
    apps(() => sink.running, `batch/${randomUUID()}/`)(hooks, more).client;
  const filesOf = (count: number, bytes: number, sumBytes: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: randomUUID(),
      name: `${index}.bin`,
      bytes,
      type: '',
      checksums: [Buffer.alloc(sumBytes, index).toString('base64')],
    }));

  for (const [name, keyTemplate, most] of [
    ['minio', '{prefix}{owner}/{checksum}', 20],
    ['minio', '{prefix}{owner}/{id}/{checksum}', 40],
    ['minio', '{prefix}{owner}/{id}/{name}', 100],
    ['r2', '{prefix}{owner}/{checksum}', 13],
    ['r2', '{prefix}{owner}/{name}', 20],
    ['r2', '{prefix}{owner}/{id}/{name}', 40],
  ] as const) {
    it(`are created in one call: ${name}, ${keyTemplate}`, async () => {
      const sink = await sinkOf(name);
      const client = clientOf(sink, { keyTemplate });
      const { body: policy } = await client.get<Policy>('/policy');
      assert.equal(policy.batch.create, most);
      const sumBytes = policy.singleChecksum === 'sha256' ? 32 : 8;
      const files = filesOf(most, 1000, sumBytes);
      const { body } = await client.post<CreateAnswer>('/uploads', { files });
      const problems = body.uploads.flatMap((slot) => (isRefused(slot) ? [slot.problem] : []));
      assert.deepEqual(problems, []);
      assert.ok(sink.asked.length <= 40, `${sink.asked.length} requests to the store`);
    });
  }

  it('are completed in one call, if a hook chooses keys', async () => {
    const sink = await sinkOf('minio');
    const client = clientOf(sink, { checksum: null }, { prepare: () => ({}) });
    const { body: policy } = await client.get<Policy>('/policy');
    const uploads = [];
    for (let index = 0; index < policy.batch.complete; index++) {
      const { id, token, requests } = await client.create({ bytes: 1 });
      const [request] = requests;
      assert.ok(request);
      const etag = sink.take(request.method, request.url, {}, new Blob(['x']));
      uploads.push({ id, token, etag });
    }
    const { body } = await client.post<CompleteManyAnswer>('/uploads/complete', { uploads });
    const problems = body.uploads.flatMap((slot) => ('problem' in slot ? [slot.problem] : []));
    assert.deepEqual(problems, []);
  });
});
