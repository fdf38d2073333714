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
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB } from './harness.ts';

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
