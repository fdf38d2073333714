/** What Joist has and this project lacked at first. The numbers are the rows of `docs/from/`. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Request } from 'miniflare';
import type { FileAnswer, SignAnswer } from '../../../worker/protocol.ts';
import { told, tokenOf, type Caller } from './caller.ts';
import { FakeR2 } from './fake-r2.ts';
import { startWorker } from './tree.ts';

const MIB = 2 ** 20;
const FILE = randomBytes(6 * MIB);
const PREFIX = 'promises/joist/';
const SESSION_SECONDS = 900;

/** Uploads a file in two parts, reads it by its link, and gives the signed URLs of both. */
async function uploadAndRead(r2: FakeR2, alice: Caller): Promise<URL[]> {
  const { plan, ...upload } = await alice.create({ bytes: FILE.length });
  const { requests } = await alice.expect<SignAnswer>('POST', `/uploads/${upload.id}/sign`, {
    json: { parts: [1, 2].map((number) => ({ number })) },
    headers: tokenOf(upload),
  });
  assert.equal(plan.kind, 'multipart');
  const parts = [];
  for (const { number, method, url, headers } of requests) {
    const body = FILE.subarray((number - 1) * plan.partBytes, number * plan.partBytes);
    const response = await r2.answer(new Request(url, { method, headers, body }));
    assert.equal(response.status, 200, await response.text());
    parts.push({ number, etag: (response.headers.get('etag') ?? '').replaceAll('"', '') });
  }
  const answer = await alice.complete(upload, { parts });
  assert.equal(answer.status, 200, told(answer));
  const { url } = await alice.expect<FileAnswer>('GET', `/uploads/${upload.id}/file`, {
    headers: { accept: 'application/json' },
  });
  const read = await r2.answer(new Request(url));
  assert.deepEqual(Buffer.from(await read.arrayBuffer()), FILE);
  return [...requests.map((request) => request.url), url].map((signed) => new URL(signed));
}

describe('what Joist has (on an imitation of R2)', () => {
  it('control: without a session, the keys of the API token sign every request', async () => {
    const r2 = new FakeR2();
    const place = { profile: 'r2', settings: r2.settings };
    const worker = await startWorker(place, {}, undefined, r2.answer);
    try {
      const urls = await uploadAndRead(r2, await worker.as('alice'));
      assert.ok(urls.every(({ searchParams }) => !searchParams.has('X-Amz-Security-Token')));
      assert.ok(r2.admitted.some(({ operation }) => operation === 'CompleteMultipartUpload'));
      assert.ok(r2.admitted.every(({ session }) => session === undefined));
    } finally {
      await worker.stop();
    }
  });

  it('s4.2: on R2, keys sign that end, and that reach no further than the bucket and KEY_PREFIX', async () => {
    const r2 = new FakeR2();
    const place = { profile: 'r2', settings: r2.settings };
    const settings = { S3_R2_SESSION: '15m', KEY_PREFIX: PREFIX, URL_TTL: '6h', LINK_TTL: '6h' };
    const worker = await startWorker(place, settings, undefined, r2.answer);
    try {
      const alice = await worker.as('alice');
      const urls = await uploadAndRead(r2, alice);
      for (const { searchParams } of urls) {
        assert.ok(searchParams.has('X-Amz-Security-Token'));
        assert.ok(Number(searchParams.get('X-Amz-Expires')) <= SESSION_SECONDS);
      }
      const aborted = await alice.create({ bytes: FILE.length });
      await alice.expect('DELETE', `/uploads/${aborted.id}`, { headers: tokenOf(aborted) });
      for (const { operation, session } of r2.admitted) {
        assert.equal(session?.bucket, 'uploads', operation);
        assert.deepEqual(session.paths?.prefixPaths, [PREFIX], operation);
        assert.equal(session.exp - session.iat, SESSION_SECONDS, operation);
      }
      const operations = new Set(r2.admitted.map(({ operation }) => operation));
      for (const operation of ['UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload']) {
        assert.ok(operations.has(operation), operation);
      }
    } finally {
      await worker.stop();
    }
  });
});
