/** Who may upload what: settings, narrowed by claims and by a hook, and never widened. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ListAnswer, Policy, SignedRequest } from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { MIB, startLab, sumOf, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random, send } from './s3/uploads.ts';

describe('a narrowed caller', () => {
  let store: { running: Running; stop: () => Promise<void> };
  let lab: Lab;
  before(async () => {
    store = await localR2.start();
    lab = await startLab(store.running, {
      MAX_BYTES: '20MiB',
      METADATA: 'album, caption',
      ACCEPT: 'image/*, .bin',
      NAME_PATTERN: '^[^$]+$',
    });
  });
  after(async () => {
    await lab.stop();
    await store.stop();
  });
  beforeEach(() => lab.bend({}));

  const narrowed = (upload: object, sub = 'alice'): Promise<Client> => lab.as(sub, { upload });

  it('gets its own limits', async () => {
    const { body } = await (
      await narrowed({ maxBytes: 5, accept: ['.bin'], maxFiles: 1, metadata: ['album'] })
    ).get<Policy>('/policy');
    assert.equal(body.maxBytes, 5);
    assert.deepEqual(body.accept, ['.bin']);
    assert.deepEqual(body.metadata, ['album']);
    assert.equal(body.maxFiles, 1);
  });

  it('may make exactly the one upload that its token names', async () => {
    const id = randomUUID();
    const once = await narrowed({ ids: [id], maxBytes: 10 });
    const { answer } = await once.upload(random(10), { id });
    assert.equal(answer.status, 200);
    for (const other of [
      { id: randomUUID(), bytes: 10 },
      { id, bytes: 11 },
    ]) {
      assert.ok(isRefused(await once.tryCreate(other)));
    }
    const again = await once.create({ id, bytes: 10 });
    assert.deepEqual(again.requests, []);
  });

  it('keeps to its prefix, and sees nothing beside it', async () => {
    const sub = `sub-${randomUUID()}`;
    const whole = await lab.as(sub);
    const { upload: outside } = await whole.upload(random(5));
    const inside = await narrowed({ prefix: 'docs' }, sub);
    const { upload } = await inside.upload(random(5));
    assert.match(upload.key, /^worker-tests\/[0-9a-f-]{36}\/docs\//);
    const { body } = await inside.get<ListAnswer>('/uploads');
    assert.deepEqual(
      body.uploads.map(({ id }) => id),
      [upload.id],
    );
    for (const call of [
      inside.get(`/uploads/${outside.id}`),
      inside.get(`/uploads/${outside.id}`, tokenOf(outside)),
      inside.get(`/uploads/${outside.id}/file`),
      inside.delete(`/uploads/${outside.id}`),
    ]) {
      assert.equal((await call).status, 404);
    }
    assert.equal((await whole.get<ListAnswer>('/uploads')).body.uploads.length, 2);
  });

  it('gets nothing of an upload outside its prefix by creating it again', async () => {
    const sub = `sub-${randomUUID()}`;
    const body = random(6 * MIB);
    const whole = await lab.as(sub);
    const inside = await narrowed({ prefix: 'docs' }, sub);
    for (const bytes of [5, body.length]) {
      const outside = await whole.create({ bytes });
      if (bytes === 5) {
        await whole.sendParts(outside, body.subarray(0, 5));
        await whole.complete(outside);
      }
      const { id, checksum, plan } = outside;
      const { checksum: sum = '' } = sumOf({ checksum, plan }, body.subarray(0, bytes));
      const slot = await inside.tryCreate({ id, bytes, checksums: [sum] });
      assert.ok(isRefused(slot), `${bytes} bytes`);
      assert.equal(slot.problem.code, 'conflict');
    }
  });

  it('cannot be given the mark by which the Worker recognises its objects', async () => {
    const marked = await narrowed({ metadata: { 'upload-token': 'x', 'Upload-Token': 'y' } });
    const { upload, answer } = await marked.upload(random(6 * MIB));
    assert.equal(answer.status, 200);
    const object = await store.running.store.head(upload.key);
    assert.notEqual(object?.mark, 'x');
  });

  it('is refused more files at once than it may choose', async () => {
    const files = [1, 2].map(() => ({ id: randomUUID(), name: 'x.bin', bytes: 1, type: '' }));
    const { status, problem } = await (await narrowed({ maxFiles: 1 })).post('/uploads', { files });
    assert.equal(status, 400);
    assert.equal(problem.field, 'files');
  });

  it('is refused altogether where its claim is not understood', async () => {
    const { status, problem } = await (await narrowed({ maxSize: 5 })).get('/policy');
    assert.equal(status, 403);
    assert.equal(problem.code, 'forbidden');
  });

  it('case 27: gets the type that it declared, and a download where that could run a script', async () => {
    const alice = await lab.as('alice');
    const refused = await alice.tryCreate({ bytes: 5, name: 'x.html', type: 'text/html' });
    assert.ok(isRefused(refused));
    assert.equal(refused.problem.code, 'type_not_allowed');
    assert.equal(refused.problem.status, 415);
    const disguised = await alice.tryCreate({ bytes: 5, name: 'x.html', type: 'image/png' });
    assert.ok(isRefused(disguised) && disguised.problem.code === 'type_not_allowed');
    const smuggled = await alice.tryCreate({ bytes: 5, name: 'x.bin', type: 'text/html' });
    assert.ok(isRefused(smuggled) && smuggled.problem.code === 'type_not_allowed');
    const dressed = await alice.tryCreate({ bytes: 5, name: 'x.html/.bin', type: '' });
    assert.ok(isRefused(dressed) && dressed.problem.code === 'type_not_allowed');
    const { upload } = await alice.upload(random(5), { name: 'x.png', type: 'image/png' });
    assert.equal((await store.running.store.head(upload.key))?.type, 'image/png');
    const svg = await alice.upload(random(5), { name: 'x.svg', type: 'image/svg+xml' });
    const link = await alice.get(`/uploads/${svg.upload.id}/file?disposition=inline`);
    assert.match(link.headers.get('location') ?? '', /content-disposition=attachment/);
  });

  it('case 24: gets no URL, and no object, once the hook says no', async () => {
    const alice = await lab.as('alice');
    const body = random(6 * MIB);
    await lab.bend({ deny: 'create' });
    const denied = await alice.tryCreate({ bytes: body.length });
    assert.ok(isRefused(denied));
    assert.equal(denied.problem.detail, 'The hook says no.');

    await lab.bend({});
    const upload = await alice.create({ bytes: body.length });
    const parts = await alice.sendParts(upload, body);
    await lab.bend({ deny: 'sign' });
    const signed = await alice.sign(upload, body, [1]);
    assert.equal(signed.status, 403);

    await lab.bend({ deny: 'complete' });
    const completed = await alice.complete(upload, { parts });
    assert.equal(completed.status, 403);
    await lab.bend({});
    assert.equal((await alice.complete(upload, { parts })).status, 410, 'it has been aborted');
    assert.equal(await store.running.store.head(upload.key), undefined);

    const single = await alice.create({ bytes: 5 });
    await alice.sendParts(single, random(5));
    await lab.bend({ deny: 'complete' });
    assert.equal((await alice.complete(single)).status, 403);
    assert.equal(await store.running.store.head(single.key), undefined);
  });

  it('keeps what was complete before the hook changed its mind', async () => {
    const alice = await lab.as('alice');
    const { upload } = await alice.upload(random(5));
    await lab.bend({ deny: 'complete' });
    assert.equal((await alice.complete(upload)).status, 403);
    assert.equal((await store.running.store.head(upload.key))?.bytes, 5);
  });

  it('is narrowed by the hook as by a claim', async () => {
    const alice = await lab.as('alice');
    await lab.bend({ narrow: { maxBytes: 5, prefix: 'hooked' } });
    assert.ok(isRefused(await alice.tryCreate({ bytes: 6 })));
    assert.match((await alice.create({ bytes: 5 })).key, /\/hooked\//);
  });

  it('case 26: has a URL that is valid only for its own request', async () => {
    const alice = await lab.as('alice');
    const body = random(6 * MIB);
    const upload = await alice.create({ bytes: body.length });
    const { body: signed } = await alice.sign(upload, body, [1, 2]);
    const [one, two] = signed.requests as [SignedRequest, SignedRequest];
    const first = body.subarray(0, 5 * MIB);
    // A store that refuses need not read the body: then the line is cut, and that is a no as well.
    const statusOf = async (request: SignedRequest, bytes: Uint8Array) => {
      try {
        const response = await send(request, bytes);
        await response.body?.cancel();
        return response.status;
      } catch {
        return 403;
      }
    };
    const other = new Uint8Array(first);
    other[0] = (other[0] ?? 0) ^ 1;
    assert.equal(await statusOf(one, first.subarray(1)), 403, 'a byte less');
    assert.equal(await statusOf(one, body.subarray(0, 5 * MIB + 1)), 403, 'a byte more');
    assert.equal(await statusOf(one, other), 400, 'other bytes');
    assert.equal(await statusOf({ ...one, url: two.url }, first), 403, 'another part');
    const renumbered = { ...one, url: one.url.replace('partNumber=1', 'partNumber=2') };
    assert.equal(await statusOf(renumbered, first), 403, 'renumbered');
    const added = { ...one, url: `${one.url}&acl` };
    assert.equal(await statusOf(added, first), 403, 'a subresource more');
    for (const method of ['GET', 'DELETE', 'POST']) {
      const response = await fetch(one.url, { method });
      await response.body?.cancel();
      assert.equal(response.status, 403, method);
    }
    assert.equal(await statusOf(one, first), 200);
  });
});
