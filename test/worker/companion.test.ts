/** Companion's contract, row by row, as its clients send and read it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ListAnswer } from '../../worker/protocol.ts';
import type { Profile } from '../../worker/s3/profiles.ts';
import { startLab, type Answer, type Client, type Lab } from './harness.ts';
import { onEveryStore, type Running } from './s3/stores.ts';
import { download, MIB, PART, random } from './s3/uploads.ts';

interface Created {
  readonly key: string;
  readonly uploadId: string;
  readonly bucket: string;
}

interface Form {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expires: number;
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly Size?: number;
}

const S3 = '/companion/s3';
const any = () => true;

/** What a client of Companion's does. */
function uppy(client: Client) {
  const of = ({ uploadId, key }: Created, rest = '') =>
    `${S3}/multipart/${encodeURIComponent(uploadId)}${rest}?${new URLSearchParams({ key })}`;
  return {
    create: (body: object) => client.post<Created>(`${S3}/multipart`, body),
    sign: (upload: Created, number: number | string) =>
      client.get<{ url: string; expires: number }>(of(upload, `/${number}`)),
    list: (upload: Created) => client.get<Part[]>(of(upload)),
    abort: (upload: Created) => client.delete(of(upload)),
    complete: (upload: Created, parts: unknown) =>
      client.post<{ location: string; key: string; bucket: string }>(of(upload, '/complete'), {
        parts,
      }),
    params: (query: Record<string, string>) =>
      client.get<Form>(`${S3}/params?${new URLSearchParams(query)}`),
    async send(upload: Created, number: number, body: Uint8Array): Promise<Part> {
      const { body: signed, status } = await this.sign(upload, number);
      assert.equal(status, 200, JSON.stringify(signed));
      const response = await fetch(signed.url, { method: 'PUT', body: new Uint8Array(body) });
      assert.equal(response.status, 200, await response.text());
      return { PartNumber: number, ETag: response.headers.get('etag') ?? '' };
    },
  };
}

async function post(
  { url, fields }: Form,
  body: Uint8Array,
  more: Record<string, string> = {},
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...more })) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(body)]));
  return fetch(url, { method: 'POST', body: form });
}

/** Whether forms are passed on by the Worker. */
function comesToWorker({ postPolicy, formETags }: Profile): boolean {
  return !postPolicy || !formETags;
}

function assertRefused(answer: Answer, words: string): void {
  assert.equal(answer.status, 400);
  assert.equal((answer.body as { error: string }).error, words);
  assert.equal((answer.body as { message: string }).message, words, 'what Uppy 5 shows');
}

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
    it(`takes ${bytes} bytes in one form`, async () => {
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

  it('aborts, and then nothing of it goes on', async () => {
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

  it('a form takes no byte more than allowed, and none less', async () => {
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

  it('case 36: parts that add up to too much become no object, and are taken away', async () => {
    const client = await clientOf({ MAX_BYTES: '12MiB' });
    const { body: upload } = await client.create({ filename: 'a.bin' });
    const body = random(7 * MIB);
    const parts = [await client.send(upload, 1, body), await client.send(upload, 2, body)];
    const done = await client.complete(upload, parts);
    assert.equal(done.status, 413, JSON.stringify(done.body));
    assert.equal(await running().store.head(upload.key), undefined);
    assert.equal((await client.complete(upload, parts)).status, 410, 'nothing is left of it');
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
    if (!comesToWorker(running().config.profile)) return; // Nobody has told the Worker of it yet.
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

onEveryStore(
  'a Companion client’s resume',
  ({ listParts }) => listParts,
  (running) => {
    let lab: Lab;
    before(async () => {
      lab = await startLab(running(), { COMPANION: 'on' });
    });
    after(() => lab.stop());

    it('that takes parts of another size for its own ends with an error and no object', async () => {
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

describe('forms that come to the Worker', () => {
  onEveryStore('', comesToWorker, (running) => {
    let lab: Lab;
    let form: Form;
    const at = async (): Promise<Form> =>
      (await uppy(await lab.as('alice')).params({ filename: 'a.bin' })).body;
    const key = () => form.fields['key'] ?? '';

    before(async () => {
      lab = await startLab(running(), { COMPANION: 'on', MAX_BYTES: '1MiB' });
    });
    after(() => lab.stop());

    it('are good for one file: what is there is not written over', async () => {
      form = await at();
      const body = random(1000);
      assert.equal((await post(form, body)).status, 201);
      const again = await post(form, body);
      assert.equal(again.status, 201, 'an answer may have been lost');
      assert.equal((await post(form, random(999))).status, 409);
      assert.deepEqual(await download(running(), key()), body);
    });

    it('are told: the upload is complete, once', async () => {
      form = await at();
      await lab.seen();
      await post(form, random(10));
      await post(form, random(10));
      const { events } = await lab.seen();
      assert.deepEqual(
        events.map(({ type, upload }) => [type, upload.key, upload.bytes]),
        [['completed', key(), 10]],
      );
    });

    it('take no token that is not a form’s, and no other key', async () => {
      form = await at();
      const token = form.fields['upload-token'] ?? '';
      const alice = await lab.as('alice');
      const native = await alice.create({ bytes: 10 });
      const { body: inParts } = await uppy(alice).create({ filename: 'x' });
      const body = random(10);
      assert.equal((await post(form, body, { 'upload-token': `${token}x` })).status, 401);
      const others = { 'upload-token': native.token, key: native.key };
      assert.equal((await post(form, body, others)).status, 403);
      const parts = { 'upload-token': inParts.uploadId, key: inParts.key };
      assert.equal((await post(form, body, parts)).status, 403);
      assert.equal((await post(form, body, { key: `${key()}2` })).status, 403);
      assert.equal(await running().store.head(key()), undefined);
    });

    it('end with their time', async () => {
      form = await at();
      await lab.bend({ clockMs: 901_000 });
      const response = await post(form, random(10));
      await lab.bend({});
      assert.equal(response.status, 410);
    });

    it('that are no forms leave nothing', async () => {
      form = await at();
      const boundary = 'b';
      const field = (name: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const fields = Object.entries(form.fields)
        .map(([name, value]) => field(name, value))
        .join('');
      const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n';
      const bodies = {
        'cut off': `${fields}${file}hello`,
        'no end': `${fields}${file}hello${'.'.repeat(20)}`,
        'a field after the file': `${fields}${file}hello\r\n${field('key', 'x')}--b--\r\nmore`,
        'no file': `${fields}--b--\r\n`,
        'no boundary': 'hello',
        'too much of it': field('x', 'y'.repeat(40_000)) + fields + file + '\r\n--b--\r\n',
      };
      for (const [what, body] of Object.entries(bodies)) {
        const response = await fetch(form.url, {
          method: 'POST',
          headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
          body: Buffer.from(body),
        });
        assert.equal(response.status, 400, `${what}: ${await response.text()}`);
      }
      assert.equal(await running().store.head(key()), undefined);
      const good = `${fields}${file}hello\r\n--b--\r\n`;
      const response = await fetch(form.url, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary="b"' },
        body: Buffer.from(good),
      });
      assert.equal(response.status, 201);
      assert.equal(Buffer.from(await download(running(), key())).toString(), 'hello');
    });
  });
});

export type { Running };
