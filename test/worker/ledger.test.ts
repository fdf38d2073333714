/** KV as it is on a bad day: stale, failing, broken. No upload is lost by it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, before, describe, it } from 'node:test';
import type { CreateAnswer, ListAnswer, ResumeAnswer } from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { createLedger, type KV } from '../../worker/ledger/ledger.ts';
import { createLog } from '../../worker/util/log.ts';
import type { Upload } from '../../worker/upload/upload.ts';
import { memoryKV } from './memory-kv.ts';
import { idsInOrder, MIB, startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

let store: { running: Running; stop: () => Promise<void> };
let lab: Lab;
let alice: Client;
const body = random(6 * MIB);

before(async () => {
  store = await localR2.start();
  lab = await startLab(store.running, { REMOVABLE: 'on' });
});
after(async () => {
  await lab.stop();
  await store.stop();
});
beforeEach(async () => {
  await lab.bend({});
  await lab.seen();
  alice = await lab.as(`alice-${randomUUID()}`);
});

describe('KV that is a minute behind', () => {
  it('case 80, case 81: changes nothing about an upload, from Create to the end', async () => {
    await lab.bend({ kv: 'stale' });
    const { answer, upload, parts } = await alice.upload(body);
    assert.equal(answer.status, 200);
    assert.deepEqual(await download(store.running, upload.key), body);
    const again = await alice.complete(upload, { parts });
    assert.deepEqual(again.body, answer.body);
    const state = await alice.get<{ state: string }>(`/uploads/${upload.id}`, tokenOf(upload));
    assert.equal(state.body.state, 'complete');
    const file = await alice.get(`/uploads/${upload.id}/file`, tokenOf(upload));
    assert.equal(file.status, 302);
  });

  it('continues an upload that this location has never seen', async () => {
    const upload = await alice.create({ bytes: body.length });
    const [first] = await alice.sendParts(upload, body, [1]);
    await lab.bend({ kv: 'stale' });
    const resumed = await alice.post<ResumeAnswer>(
      `/uploads/${upload.id}/resume`,
      undefined,
      tokenOf(upload),
    );
    assert.equal(resumed.status, 200);
    const rest = await alice.sendParts(resumed.body, body, [2]);
    const done = await alice.complete(resumed.body, { parts: [first, ...rest] });
    assert.equal(done.status, 200);
  });

  it('case 41: ends with one object when a Create is sent again and the first is not seen yet', async () => {
    const file = { id: randomUUID(), name: 'twice.bin', bytes: body.length };
    const first = await alice.create(file);
    await lab.bend({ kv: 'stale' });
    const second = await alice.create(file);
    assert.equal(second.key, first.key);
    const parts = await alice.sendParts(second, body);
    assert.equal((await alice.complete(second, { parts })).status, 200);
    // The first of them is found to be complete as well: it is the same upload.
    assert.equal((await alice.complete(first, { parts })).status, 200);
  });

  it('does not let a finished upload be written over by who begins it again', async () => {
    const id = randomUUID();
    const small = random(10);
    const { upload } = await alice.upload(small, { id });
    await lab.bend({ kv: 'stale' });
    const again = await alice.tryCreate({ id, bytes: 10 });
    assert.ok(!isRefused(again));
    await assert.rejects(alice.sendParts(again, random(10)), /NoSuchUpload/);
    assert.deepEqual(await download(store.running, upload.key), small);
  });
});

describe('KV that fails', () => {
  it('case 82: loses no upload when nothing can be written', async () => {
    await lab.bend({ kv: 'puts-fail' });
    const { answer, upload } = await alice.upload(body);
    assert.equal(answer.status, 200);
    assert.deepEqual(await download(store.running, upload.key), body);
  });

  it('case 82: leaves no orphan that its token could not abort', async () => {
    await lab.bend({ kv: 'all-fails' });
    const upload = await alice.create({ bytes: body.length });
    await alice.sendParts(upload, body, [1]);
    assert.equal((await alice.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
    await assert.rejects(alice.sendParts(upload, body, [2]), /404/);
  });

  it('says what it cannot know, and no more, when nothing can be read', async () => {
    const { upload } = await alice.upload(random(10));
    await lab.bend({ kv: 'all-fails' });
    assert.equal((await alice.get(`/uploads/${upload.id}`)).status, 404);
    const list = await alice.get('/uploads');
    assert.equal(list.status, 503);
    assert.equal(list.problem.code, 'store_unavailable');
    assert.equal((await alice.get(`/uploads/${upload.id}`, tokenOf(upload))).status, 200);
  });

  it('writes the end of an upload again when KV took the beginning a moment ago', async () => {
    await lab.bend({ kv: 'second-write-refused' });
    const { upload } = await alice.upload(body);
    const stateOf = async () => {
      const { body: page } = await alice.get<ListAnswer>('/uploads');
      return page.uploads.find(({ id }) => id === upload.id)?.state;
    };
    assert.equal(await stateOf(), 'open', 'the second write was refused');
    const deadline = performance.now() + 10_000;
    while ((await stateOf()) !== 'complete' && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await stateOf(), 'complete');
  });
});

it('what KV refused of the beginning of an upload does not come after its end', async () => {
  const kv = memoryKV();
  let isRefused = true;
  const moody: KV = {
    ...kv,
    put: async (...write) => {
      if (!isRefused) return kv.put(...write);
      isRefused = false;
      throw new Error('KV PUT failed: 429 Too Many Requests');
    },
  };
  const lines: string[] = [];
  const ledger = createLedger(moody, {
    log: createLog((line) => void lines.push(line)),
    now: Date.now,
    keepSeconds: null,
  });
  const seconds = Math.floor(Date.now() / 1000);
  const upload: Upload = {
    v: 1,
    id: randomUUID(),
    owner: 'alice',
    key: 'alice/a.bin',
    name: 'a.bin',
    type: 'image/png',
    bytes: 10,
    checksum: null,
    mark: 'mark',
    createdAt: seconds,
    expiresAt: seconds + 3600,
    urlSeconds: 900,
  };
  const { id, key, name, type, bytes } = upload;
  const completedAt = new Date().toISOString();
  const result = { id, key, name, type, bytes, etag: 'e', completedAt };
  const later: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void later.push(work);
  await ledger.put({ state: 'open', upload }, waitUntil);
  await ledger.put({ state: 'complete', upload, result }, waitUntil);
  assert.equal(later.length, 1);
  await Promise.all(later);
  assert.equal((await ledger.get(upload.owner, upload.id))?.state, 'complete');
});

describe('records', () => {
  it('case 83: that are broken or of another time are none, and the log says so', async () => {
    const upload = await alice.create({ bytes: body.length });
    for (const text of ['', '{', 'null', '{"v":0}', '{"state":"open","upload":{"v":9}}']) {
      await lab.bend({ kvText: text });
      assert.equal((await alice.get(`/uploads/${upload.id}`)).status, 404, text);
      assert.equal((await alice.get(`/uploads/${upload.id}`, tokenOf(upload))).status, 200, text);
    }
    const { log } = await lab.seen();
    assert.ok(log.some((line) => line.includes('record_ignored')));
  });

  it('case 84: outlive their uploads, so that these can be removed', async () => {
    const upload = await alice.create({ bytes: body.length });
    const expiresAt = Date.parse(upload.expiresAt) / 1000;
    const { kvExpirations } = await lab.seen();
    assert.ok(kvExpirations.some((at) => at !== null && at >= expiresAt + 86_400));
  });

  it('too long for a list’s metadata are listed all the same', async () => {
    const name = `${'\u{1f600}'.repeat(60)}.bin`;
    const upload = await alice.create({ bytes: 6 * MIB, name: name.repeat(3) });
    const { body: page } = await alice.get<ListAnswer>('/uploads');
    assert.equal(page.uploads[0]?.key, upload.key);
  });

  it('are written twice for an upload in parts or of one part, never for a sign', async () => {
    const seen = async (id: string, what: string) =>
      (await lab.seen()).kv.filter((line) => line.includes(id) && line.startsWith(what)).length;
    const upload = await alice.create({ bytes: body.length });
    assert.equal(await seen(upload.id, 'put'), 1);
    const parts = await alice.sendParts(upload, body);
    assert.equal(await seen(upload.id, ''), 0, 'signing neither reads nor writes');
    await alice.complete(upload, { parts });
    assert.equal(await seen(upload.id, 'put'), 1);
    const { upload: single } = await alice.upload(random(10));
    assert.equal(await seen(single.id, 'put'), 2);
  });
});

describe('quotas', () => {
  it('case 39: hold open uploads, bytes and uploads of one token down, at Create', async () => {
    const narrow = async (upload: object) =>
      lab.as(`bob-${randomUUID()}`, { upload, jti: randomUUID() });
    const six = 6 * MIB;

    const open = await narrow({ maxOpen: 2 });
    const first = await open.create({ bytes: six });
    await open.create({ bytes: six });
    const third = await open.tryCreate({ bytes: six });
    assert.ok(isRefused(third));
    assert.equal(third.problem.code, 'rate_limited');
    assert.ok((third.problem.retryAfter ?? 0) > 0);
    await open.delete(`/uploads/${first.id}`, tokenOf(first));
    assert.ok(!isRefused(await open.tryCreate({ bytes: six })));

    const total = await narrow({ maxTotalBytes: 100 });
    await total.upload(random(60));
    const tooMuch = await total.tryCreate({ bytes: 41 });
    assert.ok(isRefused(tooMuch));
    assert.equal(tooMuch.problem.code, 'forbidden');
    assert.ok(!isRefused(await total.tryCreate({ bytes: 40 })));

    const one = await narrow({ maxFiles: 1 });
    await one.upload(random(5));
    const another = await one.tryCreate({ bytes: 5 });
    assert.ok(isRefused(another));
    assert.equal(another.problem.code, 'forbidden');
  });

  it('case 39: hold within one call', async () => {
    const total = await lab.as(`carol-${randomUUID()}`, { upload: { maxTotalBytes: 100 } });
    const files = [60, 60, 40].map((bytes) => ({ id: randomUUID(), name: 'x', bytes, type: '' }));
    const { body: answer } = await total.post<CreateAnswer>('/uploads', { files });
    assert.deepEqual(answer.uploads.map(isRefused), [false, true, false]);
  });

  it('case 39: hold again at the end, and what passes them is not kept', async () => {
    const sub = `dave-${randomUUID()}`;
    const total = await lab.as(sub, { upload: { maxTotalBytes: 100 } });
    const [earlier, later] = idsInOrder();
    const one = await total.create({ id: earlier, bytes: 60 });
    // Begun where no limit held.
    const two = await (await lab.as(sub)).create({ id: later, bytes: 60 });
    const parts = await total.sendParts(one, random(60));
    const late = await total.sendParts(two, random(60));
    assert.equal((await total.complete(two, { parts: late })).status, 403);
    assert.equal(await store.running.store.head(two.key), undefined);
    assert.equal((await total.complete(one, { parts })).status, 200);
    assert.equal((await total.complete(two, { parts: late })).status, 403);
    assert.equal((await total.complete(one, { parts })).status, 200, 'stays complete');
    assert.ok(await store.running.store.head(one.key));
  });
});

describe('the end of an upload that nothing speaks against', () => {
  it('is put off and not made an abort while the list that quotas count cannot be read', async () => {
    const total = await lab.as(`erin-${randomUUID()}`, { upload: { maxTotalBytes: 100 * MIB } });
    const upload = await total.create({ bytes: body.length });
    const parts = await total.sendParts(upload, body);
    const single = await total.create({ bytes: 10 });
    const only = await total.sendParts(single, random(10));
    await lab.bend({ kv: 'reads-fail' });
    for (const [one, receipts] of [
      [upload, parts],
      [single, only],
    ] as const) {
      const { status, problem } = await total.complete(one, { parts: receipts });
      assert.equal(status, 503);
      assert.equal(problem.code, 'store_unavailable');
    }
    await lab.bend({});
    assert.equal((await total.complete(upload, { parts })).status, 200);
    assert.equal((await total.complete(single, { parts: only })).status, 200);
    assert.deepEqual(await download(store.running, upload.key), body);
  });

  it('does not wait for others to end, of which more are open than may be', async () => {
    const sub = `fay-${randomUUID()}`;
    const one = await lab.as(sub, { upload: { maxOpen: 1 } });
    // A list that is a minute behind lets a second begin.
    const upload = await one.create({ bytes: body.length });
    await (await lab.as(sub)).create({ bytes: body.length });
    const parts = await one.sendParts(upload, body);
    assert.equal((await one.complete(upload, { parts })).status, 200);
  });
});

describe('the sweep', () => {
  const expiredIds = async () => {
    const { events } = await lab.seen();
    return events.flatMap(({ type, upload }) => (type === 'expired' ? [upload.id] : []));
  };

  it('case 89: lets go of what has expired, and never of what lives', async () => {
    const short = await lab.as(`eve-${randomUUID()}`, { upload: { expiresIn: 60 } });
    const old = await short.create({ bytes: body.length });
    await short.sendParts(old, body, [1]);
    const live = await alice.create({ bytes: body.length });
    const [first] = await alice.sendParts(live, body, [1]);

    await lab.bend({ clockMs: 61_000 });
    await lab.sweep();
    await lab.bend({});
    assert.deepEqual(await expiredIds(), [old.id]);
    await assert.rejects(short.sendParts(old, body, [2]), /404/);
    const rest = await alice.sendParts(live, body, [2]);
    assert.equal((await alice.complete(live, { parts: [first, ...rest] })).status, 200);
    const { body: page } = await short.get<ListAnswer>('/uploads');
    assert.equal(page.uploads[0]?.state, 'expired');
    const again = await short.tryCreate({ id: old.id, bytes: body.length });
    assert.ok(isRefused(again));
    assert.equal(again.problem.code, 'gone');
  });

  it('continues in the next run with what was too much for one', async () => {
    const short = await lab.as(`finn-${randomUUID()}`, { upload: { expiresIn: 60 } });
    for (let count = 0; count < 19; count++) await short.create({ bytes: body.length });
    await lab.bend({ clockMs: 61_000 });
    // 32 requests to the store, two for each.
    for (const count of [16, 3, 0]) {
      await lab.sweep();
      assert.equal((await expiredIds()).length, count);
    }
  });

  it('gets past uploads that it cannot remove', async () => {
    const short = await lab.as(`hal-${randomUUID()}`, { upload: { expiresIn: 60 } });
    // Many that live are listed between them.
    for (let count = 0; count < 60; count++) await alice.create({ bytes: body.length });
    // The newest first, as KV lists them.
    const idOf = (time: string) => time + randomUUID().slice(8, 14) + '7' + randomUUID().slice(15);
    const create = (time: string, name: string) =>
      short.create({ id: idOf(time), bytes: body.length, name });
    const stuck = new Set<string>();
    while (stuck.size < 10) stuck.add((await create('ffffffff', 'stuck.bin')).id);
    const other = await create('00000000', 'other.bin');
    await lab.bend({ clockMs: 61_000, store: [{ on: ['', 'stuck.bin'], status: 403 }] });
    const expired: string[] = [];
    for (let round = 0; round < 6 && !expired.includes(other.id); round++) {
      await lab.sweep();
      expired.push(...(await expiredIds()));
    }
    assert.deepEqual(expired, [other.id]);
    await lab.bend({ clockMs: 61_000 });
    await lab.sweep();
    assert.deepEqual(new Set(await expiredIds()), stuck);
  });

  it('returns to uploads that it could not remove while the store was down', async () => {
    const short = await lab.as(`gus-${randomUUID()}`, { upload: { expiresIn: 60 } });
    const old = await short.create({ bytes: body.length });
    await lab.bend({ clockMs: 61_000, store: [{ on: ['', '/'], cut: 'before' }] });
    await lab.sweep();
    assert.deepEqual(await expiredIds(), []);
    await lab.bend({ clockMs: 61_000 });
    await lab.sweep();
    assert.deepEqual(await expiredIds(), [old.id]);
  });
});
