/** Checksums on R2 as Cloudflare documents it. The real R2 has not been asked. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { Request } from 'miniflare';
import type { Created, PartReceipt, SignAnswer } from '../../worker/protocol.ts';
import { told, tokenOf, type Caller } from './promises/caller.ts';
import { FakeR2 } from './promises/fake-r2.ts';
import { startWorker } from './promises/tree.ts';
import { quickSum } from './quick-sums.ts';

const FILE = randomBytes(6 * 2 ** 20);
const CRC64NVME = 'CRC64NVME FULL_OBJECT';

/** The algorithm that the page learns from `GET /policy`. */
const POLICY = 'crc64nvme';

async function withWorker(
  r2: FakeR2,
  settings: Readonly<Record<string, string>>,
  test: (alice: Caller) => Promise<void>,
): Promise<void> {
  const place = { profile: 'r2', settings: r2.settings };
  const worker = await startWorker(place, { CHECKSUM: 'auto', ...settings }, undefined, r2.answer);
  try {
    await test(await worker.as('alice'));
  } finally {
    await worker.stop();
  }
}

function partOf({ plan }: Created, number: number): Buffer<ArrayBuffer> {
  assert.equal(plan.kind, 'multipart');
  return FILE.subarray((number - 1) * plan.partBytes, number * plan.partBytes);
}

/** Sends both parts as a page does, with checksums by the algorithm of the upload. */
async function sendParts(r2: FakeR2, alice: Caller, upload: Created): Promise<PartReceipt[]> {
  const algorithm = upload.checksum;
  assert.ok(algorithm !== null);
  const { requests } = await alice.expect<SignAnswer>('POST', `/uploads/${upload.id}/sign`, {
    json: {
      parts: [1, 2].map((number) => ({
        number,
        checksum: quickSum(algorithm, partOf(upload, number)),
      })),
    },
    headers: tokenOf(upload),
  });
  const receipts: PartReceipt[] = [];
  for (const { number, method, url, headers } of requests) {
    const body = partOf(upload, number);
    const damaged = Buffer.from(body).fill(0, 0, 64);
    const refused = await r2.answer(new Request(url, { method, headers, body: damaged }));
    assert.match(await refused.text(), /BadDigest/);
    const response = await r2.answer(new Request(url, { method, headers, body }));
    assert.equal(response.status, 200, await response.text());
    const etag = (response.headers.get('etag') ?? '').replaceAll('"', '');
    receipts.push({ number, etag, checksum: quickSum(algorithm, body) });
  }
  return receipts;
}

const whole = () => ({ algorithm: POLICY, value: quickSum(POLICY, FILE) }) as const;

describe('a file in parts on R2', () => {
  it('has a CRC64NVME in each part and of the whole, which the store compares', async () => {
    const r2 = new FakeR2();
    await withWorker(r2, { VERIFY_MAX_BYTES: '1MiB' }, async (alice) => {
      const upload = await alice.create({ bytes: FILE.length });
      assert.deepEqual(r2.begun, [CRC64NVME]);
      assert.equal(upload.checksum, POLICY);
      const parts = await sendParts(r2, alice, upload);
      const other = { ...whole(), value: quickSum(POLICY, FILE.subarray(1)) };
      const wrong = await alice.complete(upload, { parts, checksum: other });
      assert.equal(wrong.status, 422, told(wrong));
      const right = await alice.complete(upload, { parts, checksum: whole() });
      assert.equal(right.status, 200, told(right));
      assert.equal(right.body.checksum, whole().value);
      assert.equal(right.body.verifiedBy, 'store');
    });
  });

  it('goes by CRC32C if the store refuses the other, which is asked once', async () => {
    const r2 = new FakeR2({ isOld: true });
    await withWorker(r2, {}, async (alice) => {
      const upload = await alice.create({ bytes: FILE.length });
      assert.equal(upload.checksum, 'crc32c');
      const parts = await sendParts(r2, alice, upload);
      const answer = await alice.complete(upload, { parts });
      assert.equal(answer.status, 200, told(answer));
      await alice.create({ bytes: FILE.length });
      assert.deepEqual(r2.begun, [CRC64NVME, 'CRC32C ', 'CRC32C ']);
    });
  });

  it('begins although the checksums that came with it are by the refused algorithm', async () => {
    await withWorker(new FakeR2({ isOld: true }), {}, async (alice) => {
      const checksums = [quickSum(POLICY, FILE.subarray(0, 5 * 2 ** 20))];
      const upload = await alice.create({ bytes: FILE.length, checksums });
      assert.equal(upload.checksum, 'crc32c');
      assert.deepEqual(upload.requests, []);
    });
  });

  it('is refused before a byte is sent if its own checksum could not be verified then', async () => {
    const r2 = new FakeR2({ isOld: true });
    await withWorker(r2, { VERIFY_MAX_BYTES: '1MiB' }, async (alice) => {
      const file = { id: randomUUID(), name: 'a', type: '', bytes: FILE.length, checksum: whole() };
      const answer = await alice.call('POST', '/uploads', { json: { files: [file] } });
      assert.match(JSON.stringify(answer.body), /crc64nvme of a whole file can be verified here/);
      assert.deepEqual(r2.begun, [CRC64NVME]);
    });
  });

  it('has the algorithm that the operator has chosen, and no other', async () => {
    const r2 = new FakeR2({ isOld: true });
    await withWorker(r2, { CHECKSUM: POLICY }, async (alice) => {
      const file = { id: randomUUID(), name: 'a', type: '', bytes: FILE.length };
      const answer = await alice.call('POST', '/uploads', { json: { files: [file] } });
      assert.match(JSON.stringify(answer.body), /unsupported|misconfigured/);
      assert.deepEqual(r2.begun, [CRC64NVME]);
    });
  });
});
