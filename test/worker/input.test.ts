/** What may be said about files and parts, and what is answered to anything else. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { CreateAnswer, Created } from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { MIB, startLab, sumOf, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

let store: { running: Running; stop: () => Promise<void> };
let lab: Lab;
let alice: Client;

before(async () => {
  store = await localR2.start();
  lab = await startLab(store.running, { MAX_BYTES: '1TiB', METADATA: 'album' });
  alice = await lab.as('alice');
});
after(async () => {
  await lab.stop();
  await store.stop();
});

const createRaw = async (file: object) => {
  const entry = { id: randomUUID(), name: 'x', bytes: 1, type: '', ...file };
  const { body } = await alice.post<CreateAnswer>('/uploads', { files: [entry] });
  const [slot] = body.uploads;
  assert.ok(slot);
  return slot;
};

describe('a Create', () => {
  it('case 38: refuses sizes that are none', async () => {
    for (const bytes of [-1, 1.5, 2 ** 53, 1e21, '10', null, true, [1], undefined]) {
      const slot = await createRaw({ bytes });
      assert.ok(isRefused(slot), String(bytes));
      assert.equal(slot.problem.code, 'invalid_request');
      assert.equal(slot.problem.field, 'files[0].bytes');
    }
  });

  it('case 33: refuses what is too large before it asks the store', async () => {
    await lab.seen();
    for (const bytes of [2 ** 40 + 1, 2 ** 53 - 1]) {
      const slot = await createRaw({ bytes });
      assert.ok(isRefused(slot));
      assert.equal(slot.problem.code, 'too_large');
      assert.equal(slot.problem.status, 413);
      assert.equal(slot.problem.field, 'files[0].bytes');
    }
    assert.deepEqual((await lab.seen()).store, []);
  });

  it('case 34: grows parts rather than pass the store’s number of them', async () => {
    const { plan } = await alice.create({ bytes: 2 ** 40 });
    assert.ok(plan.kind === 'multipart');
    assert.ok(plan.parts <= 10_000, `${plan.parts} parts`);
    assert.ok(plan.partBytes * plan.parts >= 2 ** 40);
    assert.equal(plan.partBytes % MIB, 0);
  });

  it('parts are no larger than the line carries, within the limits of the store', async () => {
    const planOf = async (bytes: number, mostPartBytes: number) => {
      const { plan } = await alice.create({ bytes, mostPartBytes });
      return plan.kind === 'multipart' ? plan.partBytes : undefined;
    };
    const usual = await alice.create({ bytes: 100 * 1024 * MIB });
    assert.ok(usual.plan.kind === 'multipart' && usual.plan.partBytes === 200 * MIB);
    assert.equal(await planOf(100 * 1024 * MIB, 20 * MIB), 20 * MIB);
    assert.equal(await planOf(100 * 1024 * MIB, MIB), 11 * MIB, 'ten thousand parts at most');
    assert.equal(await planOf(1024 * MIB, 0), 5 * MIB);
    assert.equal(await planOf(1024 * MIB, Number.MAX_SAFE_INTEGER), 5 * MIB);
  });

  it('refuses ids, names and types that are none', async () => {
    const bad: [object, string][] = [
      [{ id: 'x' }, 'id'],
      [{ id: randomUUID().toUpperCase() }, 'id'],
      [{ name: '' }, 'name'],
      [{ name: 'n'.repeat(1025) }, 'name'],
      [{ name: 5 }, 'name'],
      [{ type: 'text/plain\r\nx-amz-acl: public-read' }, 'type'],
      [{ type: 'nonsense' }, 'type'],
      [{ type: 'text/html; charset=<script>' }, 'type'],
      [{ type: 'text/plain; charset="ü"' }, 'type'],
      [{ type: 'text/plain; charset="\u0000"' }, 'type'],
      [{ type: 'text/plain\n; charset=utf-8' }, 'type'],
      [{ checksums: ['not base64!'] }, 'checksums[0]'],
      [{ checksums: ['AAAA'] }, 'checksums[0].checksum'],
      [{ checksums: Array.from({ length: 9 }, () => 'AAAAAAAAAAAAAAAAAAAAAA==') }, 'checksums'],
      [{ metadata: { album: 'a\r\nb' } }, 'metadata.album'],
      [{ metadata: { album: 'x'.repeat(3000) } }, 'metadata'],
      [{ metadata: { album: 5 } }, 'metadata.album'],
      [{ mostPartBytes: -1 }, 'mostPartBytes'],
      [{ mostPartBytes: 1.5 }, 'mostPartBytes'],
      [{ mostPartBytes: '5MiB' }, 'mostPartBytes'],
    ];
    for (const [file, field] of bad) {
      const slot = await createRaw(file);
      assert.ok(isRefused(slot), JSON.stringify(file).slice(0, 80));
      assert.equal(slot.problem.code, 'invalid_request');
      assert.equal(slot.problem.field, `files[0].${field}`);
    }
  });

  it('case 5: refuses half a surrogate pair', async () => {
    const slot = await createRaw({ name: 'a\ud800b' });
    assert.ok(isRefused(slot));
    assert.equal(slot.problem.code, 'invalid_request');
    assert.equal(slot.problem.field, 'files[0].name');
  });

  it('refuses a second file of the same id in the same call, and keeps the first', async () => {
    const file = { id: randomUUID(), name: 'x', bytes: 1, type: '' };
    const { body } = await alice.post<CreateAnswer>('/uploads', { files: [file, file] });
    assert.deepEqual(
      body.uploads.map((slot) => isRefused(slot) && slot.problem.code),
      [false, 'conflict'],
    );
  });

  it('case 88: begins no more uploads in parts at once than subrequests are allowed', async () => {
    await lab.seen();
    const files = Array.from({ length: 60 }, () => {
      return { id: randomUUID(), name: 'x', bytes: 6 * MIB, type: '' };
    });
    const { body } = await alice.post<CreateAnswer>('/uploads', { files });
    const made = body.uploads.filter((slot) => !isRefused(slot));
    assert.equal(made.length, 40);
    const refused = body.uploads.filter(isRefused);
    assert.ok(refused.every(({ problem }) => problem.code === 'rate_limited'));
    assert.ok((await lab.seen()).store.length <= 50);
  });
});

describe('a sign call', () => {
  let upload: Created;
  const body = random(6 * MIB);
  before(async () => {
    upload = await alice.create({ bytes: body.length });
  });

  const sign = (value: object) => alice.post(`/uploads/${upload.id}/sign`, value, tokenOf(upload));

  it('case 14: refuses numbers that no part has', async () => {
    const { checksum } = sumOf(upload, body);
    const numbers = [0, -1, 1.5, '1e3', '1', 10_001, null, '1&uploadId=x', [1], {}];
    for (const number of numbers) {
      const { status, problem } = await sign({ parts: [{ number, checksum }] });
      assert.equal(status, 400, String(number));
      assert.equal(problem.field, 'parts[0].number', String(number));
    }
    const nan = '{"parts":[{"number":NaN}]}';
    const answer = await alice.post(`/uploads/${upload.id}/sign`, nan, tokenOf(upload));
    assert.equal(answer.status, 400);
  });

  it('case 37: refuses parts beyond the plan', async () => {
    const { checksum } = sumOf(upload, body);
    for (const number of [3, 10_000]) {
      const { status, problem } = await sign({ parts: [{ number, checksum }] });
      assert.equal(status, 400);
      assert.match(problem.detail, /2 parts/);
    }
  });

  it('case 13: accepts only numbers and checksums', async () => {
    const { checksum } = sumOf(upload, body);
    for (const extra of ['method', 'query', 'headers', 'key', 'acl', 'uploadId', 'bytes']) {
      const { status, problem } = await sign({ parts: [{ number: 1, checksum, [extra]: 'GET' }] });
      assert.equal(status, 400);
      assert.equal(problem.field, `parts[0].${extra}`);
      const outside = await sign({ parts: [{ number: 1, checksum }], [extra]: 'acl' });
      assert.equal(outside.status, 400);
    }
  });

  it('refuses a part without its checksum, or with an invalid one', async () => {
    for (const checksum of [undefined, '', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAAA', 5]) {
      const { status, problem } = await sign({ parts: [{ number: 1, checksum }] });
      assert.equal(status, 400, String(checksum));
      assert.equal(problem.field, 'parts[0].checksum');
    }
  });

  it('refuses an empty batch', async () => {
    assert.equal((await sign({ parts: [] })).problem.field, 'parts');
  });

  it('case 15: refuses ids that are not UUIDv7', async () => {
    for (const id of ['a&b', 'a%0Ab', 'x'.repeat(10_000), '%2e%2e']) {
      const { status } = await alice.post(`/uploads/${id}/sign`, { parts: [] }, tokenOf(upload));
      assert.ok(status === 404 || status === 403, `${id.slice(0, 10)}: ${status}`);
    }
  });
});

describe('a list', () => {
  it('refuses states, limits and cursors that are none', async () => {
    const queries = ['state=done', 'limit=0', 'limit=101', 'limit=x', `cursor=${'x'.repeat(3000)}`];
    for (const query of queries) {
      const { status, problem } = await alice.get(`/uploads?${query}`);
      assert.equal(status, 400, query);
      assert.equal(problem.field, query.split('=')[0]);
    }
  });
});
