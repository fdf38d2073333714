/** What the policy lets through of files whose size nobody has said. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { MIB, random } from '../s3/uploads.ts';
import { post, uppy } from './client.ts';

const any = () => true;

onEveryStore('the policy behind Companion’s contract', any, (running) => {
  const labs: Lab[] = [];
  const clientOf = async (
    settings: Record<string, string>,
    claims: Record<string, unknown> = {},
  ) => {
    const lab = await startLab(running(), { COMPANION: 'on', ...settings });
    labs.push(lab);
    return uppy(await lab.as('alice', claims));
  };
  after(() => Promise.all(labs.map((lab) => lab.stop())));

  it('types and names that are not allowed get neither form nor upload', async () => {
    const client = await clientOf({ ACCEPT: 'image/*', NAME_PATTERN: '^[a-z.]+$' });
    const refused = [
      { filename: 'a.mp4', type: 'video/mp4' },
      { filename: 'A.png', type: 'image/png' },
    ];
    for (const file of refused) {
      assert.ok([400, 415].includes((await client.create(file)).status));
      assert.ok([400, 415].includes((await client.params(file)).status));
    }
    assert.equal((await client.create({ filename: 'a.png', type: 'image/png' })).status, 200);
  });

  it('a form accepts neither more bytes than allowed nor fewer', async () => {
    const client = await clientOf({ MAX_BYTES: '1000', MIN_BYTES: '10' });
    for (const [bytes, fits] of [
      [1001, false],
      [9, false],
      [1000, true],
      [10, true],
    ] as const) {
      const { body: form } = await client.params({ filename: 'a.bin' });
      const response = await post(form, random(bytes));
      assert.equal(response.ok, fits, `${bytes} bytes: ${response.status}`);
      await response.arrayBuffer();
      const object = await running().store.head(form.fields['key'] ?? '');
      assert.equal(object?.bytes, fits ? bytes : undefined);
    }
  });

  it('case 35: parts that only too large a file would have are not signed', async () => {
    const client = await clientOf({ MAX_BYTES: '12MiB' });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    for (const number of [1, 2, 3]) {
      assert.equal((await client.sign(upload, number)).status, 200);
    }
    assert.equal((await client.sign(upload, 4)).status, 413);
  });

  it('case 36: parts that add up to too many bytes do not become an object, and are removed', async () => {
    const client = await clientOf({ MAX_BYTES: '12MiB' });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    const body = random(7 * MIB);
    const parts = [await client.send(upload, 1, body), await client.send(upload, 2, body)];
    const done = await client.complete(upload, parts);
    assert.equal(done.status, 413, JSON.stringify(done.body));
    assert.equal(await running().store.head(upload.key), undefined);
    assert.equal((await client.complete(upload, parts)).status, 410, 'nothing is left of it');
  });

  it('a file larger than allowed gets no more URLs while it arrives, and is removed', async (t) => {
    if (!running().config.profile.listParts) return t.skip('the store cannot list parts');
    const client = await clientOf({ MAX_BYTES: '12MiB' });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    await client.send(upload, 1, random(13 * MIB));
    assert.equal((await client.sign(upload, 2)).status, 413);
    assert.equal((await client.sign(upload, 2)).status, 410);
  });

  it('asking for a form does not count against the owner’s limits', async () => {
    const client = await clientOf({ MAX_TOTAL_BYTES: '3000', MAX_OPEN_UPLOADS: '1' });
    for (let count = 0; count < 3; count++) {
      assert.equal((await client.params({ filename: 'never-sent.bin' })).status, 200);
    }
    const forms = await Promise.all([1, 2].map(() => client.params({ filename: 'a.bin' })));
    const statuses: number[] = [];
    for (const { body } of forms) statuses.push((await post(body, random(2000))).status);
    assert.equal(statuses[0], 201);
    assert.equal(statuses[1], 403, 'both forms were good for all of it');
  });

  it('a file that is too small is not kept either', async () => {
    const client = await clientOf({ MIN_BYTES: '2000' });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    const part = await client.send(upload, 1, random(1000));
    assert.equal((await client.complete(upload, [part])).status, 400);
    assert.equal(await running().store.head(upload.key), undefined);
  });

  it('a caller’s own claim narrows it', async () => {
    const upload = { maxBytes: 100, accept: ['text/plain'], prefix: 'only-here' };
    const client = await clientOf({}, { upload });
    assert.equal((await client.create({ filename: 'a.png', type: 'image/png' })).status, 415);
    const { body: form } = await client.params({ filename: 'a.txt', type: 'text/plain' });
    assert.match(form.fields['key'] ?? '', /\/only-here\/alice\//);
    assert.equal((await post(form, random(101))).ok, false);
    assert.equal((await post(form, random(100))).ok, true);
  });

  it('case 39: what an owner may have at all bounds a file of unknown size, too', async () => {
    const client = await clientOf({ MAX_TOTAL_BYTES: '3000' });
    const { body: form } = await client.params({ filename: 'a.bin' });
    assert.equal((await post(form, random(3001))).ok, false);
    assert.equal((await post(form, random(2000))).ok, true);
    const { body: next } = await client.params({ filename: 'b.bin' });
    assert.equal((await post(next, random(1001))).ok, false);
    assert.equal((await post(next, random(1000))).ok, true);
    assert.notEqual((await client.create({ filename: 'c.bin' })).status, 200);
  });

  it('a caller who may make one upload makes one', async () => {
    const ids = ['01912d68-783e-7a03-8467-5661c1243ad4'];
    const client = await clientOf({}, { upload: { ids } });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    assert.ok(upload.key.includes(ids[0] ?? ''));
    assert.equal((await client.create({ filename: 'a.bin' })).status, 409);
  });

  it('is not there unless it is switched on', async () => {
    const client = await clientOf({ COMPANION: 'off' });
    assert.equal((await client.create({ filename: 'a.bin' })).status, 404);
    assert.equal((await client.params({ filename: 'a.bin' })).status, 404);
  });
});
