/** Companion’s contract, row by row, as its clients send and read it. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { ListAnswer } from '../../../worker/protocol.ts';
import { startLab, type Client, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, MIB, PART, random } from '../s3/uploads.ts';
import { assertRefused, post, S3, uppy, type Part } from './client.ts';

const any = () => true;

onEveryStore('Companion’s contract', any, (running) => {
  let lab: Lab;
  let alice: Client;
  let client: ReturnType<typeof uppy>;

  before(async () => {
    lab = await startLab(running(), { COMPANION: 'on', METADATA: 'caption' });
    alice = await lab.as('alice');
    client = uppy(alice);
  });
  after(() => lab.stop());

  const file = { filename: 'ü a+b.bin', type: 'video/mp4' };

  it('uploads in parts: begins, signs, lists, completes', async () => {
    const metadata = { caption: 'Für Elise', name: 'ü a+b.bin', relativePath: null, not: 'wanted' };
    const created = await client.create({ ...file, metadata });
    assert.equal(created.status, 200);
    const upload = created.body;
    assert.equal(upload.bucket, running().config.bucket);
    assert.match(upload.key, /\/ü a\+b\.bin$/);
    const bodies = [random(PART), random(PART), random(1000)];
    const sent = [];
    for (const [index, body] of bodies.entries()) {
      sent.push(await client.send(upload, index + 1, body));
    }
    const listed = await client.list(upload);
    if (running().config.profile.listParts) {
      const sizes = listed.body.map(({ PartNumber, Size }) => [PartNumber, Size]);
      assert.deepEqual(sizes, [
        [1, PART],
        [2, PART],
        [3, 1000],
      ]);
      assert.deepEqual(
        listed.body.map(({ ETag }) => ETag),
        sent.map(({ ETag }) => ETag),
      );
    } else {
      assert.deepEqual(listed.body, [], 'so that all are sent again');
    }
    // Uppy 6 sends bare ETags of what it has just put, and quoted ones of what was listed.
    const mixed = sent.map((part, index) => ({
      ...part,
      ETag: index === 1 ? part.ETag : part.ETag.replaceAll('"', ''),
    }));
    const done = await client.complete(upload, mixed.toReversed());
    assert.equal(done.status, 200, JSON.stringify(done.body));
    assert.equal(done.body.key, upload.key);
    assert.equal(done.body.bucket, upload.bucket);
    const location = new URL(done.body.location);
    assert.equal(location.search, '');
    assert.ok(decodeURIComponent(location.pathname).endsWith(upload.key));
    assert.deepEqual(await download(running(), upload.key), new Uint8Array(Buffer.concat(bodies)));
    const object = await running().store.head(upload.key);
    assert.equal(object?.type, 'video/mp4');
    assert.deepEqual(object.metadata, { caption: 'Für Elise' });

    assert.equal((await client.complete(upload, sent)).status, 200, 'a second one is the same');
    const { body: list } = await alice.get<ListAnswer>('/uploads?state=complete');
    assert.equal(list.uploads.find(({ key }) => key === upload.key)?.bytes, 2 * PART + 1000);
    const seen = await lab.seen();
    const completed = seen.events.find(
      (event) => event.type === 'completed' && event.upload.key === upload.key,
    );
    assert.equal(completed?.upload.bytes, 2 * PART + 1000);
  });

  for (const bytes of [0, 1, 1000, 3 * MIB]) {
    it(`accepts ${bytes} bytes in one form`, async () => {
      const { status, body: form } = await client.params({ ...file, 'metadata[caption]': 'x' });
      assert.equal(status, 200, JSON.stringify(form));
      assert.equal(form.method, 'POST');
      assert.ok(form.expires > 0 && form.expires <= 900);
      const body = random(bytes);
      const response = await post(form, body);
      assert.equal(response.status, 201, await response.text());
      assert.ok(response.headers.get('etag'));
      assert.ok(response.headers.get('location'));
      const key = form.fields['key'] ?? '';
      assert.deepEqual(await download(running(), key), body);
      const object = await running().store.head(key);
      assert.equal(object?.type, 'video/mp4');
      assert.deepEqual(object.metadata, { caption: 'x' });
    });
  }

  it('signs parts in a batch', async () => {
    const { body: upload } = await client.create(file);
    const query = new URLSearchParams({ key: upload.key, partNumbers: '1,3' });
    const { body } = await alice.get<{ presignedUrls: Record<string, string> }>(
      `${S3}/multipart/${upload.uploadId}/batch?${query}`,
    );
    assert.deepEqual(Object.keys(body.presignedUrls), ['1', '3']);
    const url = body.presignedUrls['3'] ?? '';
    assert.ok((await fetch(url, { method: 'PUT', body: new Uint8Array(10) })).ok);
  });

  it('aborts an upload, which then cannot be continued', async () => {
    const { body: upload } = await client.create(file);
    const part = await client.send(upload, 1, random(1000));
    const aborted = await client.abort(upload);
    assert.deepEqual([aborted.status, aborted.body], [200, {}]);
    assert.deepEqual((await client.abort(upload)).body, {}, 'twice is fine');
    const done = await client.complete(upload, [part]);
    assert.equal(done.status, 410);
    assert.equal(await running().store.head(upload.key), undefined);
  });

  it('keeps a complete upload that the client aborts because it lost the answer', async () => {
    const { body: upload } = await client.create(file);
    const part = await client.send(upload, 1, random(1000));
    assert.equal((await client.complete(upload, [part])).status, 200);
    assert.equal((await client.abort(upload)).status, 409);
    assert.equal((await running().store.head(upload.key))?.bytes, 1000);
  });

  it('says no in Companion’s words', async () => {
    const KEY =
      's3: the object key must be passed as a query parameter. For example: "?key=abc.jpg"';
    const NUMBER = 's3: the part number must be a number between 1 and 10000.';
    const PARTS = 's3: `parts` must be an array of {ETag, PartNumber} objects.';
    const { body: upload } = await client.create(file);
    const at = `${S3}/multipart/${upload.uploadId}`;
    const key = `key=${encodeURIComponent(upload.key)}`;
    assertRefused(
      await client.params({ filename: '' }),
      's3: the "filename" query parameter is required and must be a non-empty string',
    );
    const name = 's3: the "filename" field is required and must be a non-empty string';
    assertRefused(await client.create({ type: 'x' }), name);
    assertRefused(await client.create({ filename: 1 }), name);
    assertRefused(
      await client.create({ filename: 'a', type: 1 }),
      's3: content type must be a string',
    );
    for (const path of [at, `${at}/1`, `${at}/batch?partNumbers=1`]) {
      assertRefused(await alice.get(path), KEY);
    }
    assertRefused(await alice.delete(at), KEY);
    assertRefused(await alice.post(`${at}/complete`, { parts: [] }), KEY);
    for (const number of ['0', '10001', '-1', '1.5', '1e3', 'x']) {
      assertRefused(await client.sign(upload, number), NUMBER);
    }
    assertRefused(
      await alice.get(`${at}/batch?${key}`),
      's3: the part numbers must be passed as a comma separated query parameter. For example: "?partNumbers=4,6,7,21"',
    );
    assertRefused(
      await alice.get(`${at}/batch?${key}&partNumbers=1,x`),
      's3: the part numbers must be a number between 1 and 10000.',
    );
    for (const parts of [undefined, 'x', [1], [{ PartNumber: '1', ETag: 'x' }]]) {
      assertRefused(await client.complete(upload, parts), PARTS);
    }
    assertRefused(
      await alice.get(`${S3}/sts`),
      'This Companion server does not support STS credentials',
    );
  });

  it('does nothing of one upload by the id or the key of another', async () => {
    const { body: mine } = await client.create(file);
    const { body: other } = await client.create(file);
    assert.equal((await client.sign({ ...mine, key: other.key }, 1)).status, 403);
    const bob = uppy(await lab.as('bob'));
    assert.equal((await bob.sign(mine, 1)).status, 404);
    assert.equal((await bob.abort(mine)).status, 404);
    assert.equal((await client.sign({ ...mine, uploadId: `${mine.uploadId}x` }, 1)).status, 401);
    const native = await alice.create({ bytes: 1000 });
    const foreign = { ...mine, uploadId: native.token, key: native.key };
    assert.equal((await client.sign(foreign, 1)).status, 404);
    const token = { 'upload-token': mine.uploadId };
    const payload = Buffer.from(mine.uploadId.split('.')[1] ?? '', 'base64url').toString();
    const id = JSON.parse(payload) as { id: string };
    const sign = await alice.post(`/uploads/${id.id}/sign`, { parts: [{ number: 1 }] }, token);
    assert.equal(sign.status, 409);
    assert.equal((await alice.post(`/uploads/${id.id}/complete`, {}, token)).status, 409);
    assert.equal((await alice.post(`/uploads/${id.id}/resume`)).status, 409);
    assert.equal((await alice.delete(`/uploads/${id.id}`)).status, 204, 'its owner may abort it');
    assert.equal((await client.complete(mine, [{ PartNumber: 1, ETag: 'x' }])).status, 410);
  });
});

onEveryStore(
  'a Companion client’s resume',
  ({ listParts }) => listParts,
  (running) => {
    let lab: Lab;
    before(async () => {
      lab = await startLab(running(), { COMPANION: 'on' });
    });
    after(() => lab.stop());

    it('that counts parts of another size as its own ends with an error and no object', async () => {
      const client = uppy(await lab.as('alice'));
      const { body: upload } = await client.create({ filename: 'a.bin' });
      const parts: Part[] = [];
      for (const number of [1, 2, 3]) parts.push(await client.send(upload, number, random(PART)));
      parts.push(await client.send(upload, 4, random(1000)));
      const fewer = await client.complete(upload, parts.slice(0, 2));
      assert.equal(fewer.status, 422, 'larger chunks: fewer parts than there are');
      const large = await client.send(upload, 1, random(PART + MIB));
      const mixed = await client.complete(upload, [large, ...parts.slice(1)]);
      assert.equal(mixed.status, 422, 'smaller chunks: parts of two sizes');
      assert.equal(await running().store.head(upload.key), undefined);
    });
  },
);
