/** What drf-chunked-upload had and this project lacked at first. The numbers are the rows of `docs/from/`. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type {
  ChunkedAnswer,
  CreateAnswer,
  ListAnswer,
  Problem,
  RelayAnswer,
  ResumeAnswer,
} from '../../../worker/protocol.ts';
import { quickSum } from '../quick-sums.ts';
import { APP_WITH_FINALIZE } from './apps.ts';
import { assertRefused, partOf, tokenOf, told, type Caller, type Sent } from './caller.ts';
import { inEachPlace } from './places.ts';
import { startWorker, type RunningWorker } from './tree.ts';

const MIB = 2 ** 20;
const FILE = randomBytes(6 * MIB + 77);

inEachPlace('what drf-chunked-upload has', (place) => {
  let worker: RunningWorker;
  let alice: Caller;
  before(async () => {
    worker = await startWorker(place(), { RELAY: 'on' });
    alice = await worker.as('alice');
  });
  after(() => worker?.stop());

  /** The bytes from `start` to `end` of the file, as a body or in a form, with their place. */
  const chunk = (
    file: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
    field?: string,
  ): Sent => {
    const bytes = file.subarray(start, end);
    const headers = { 'content-range': `bytes ${start}-${end - 1}/${file.length}` };
    if (field === undefined) return { body: bytes, headers };
    const body = new FormData();
    body.append('csrf', 'some other field');
    body.append(field, new Blob([bytes]), 'chunk.bin');
    return { body, headers };
  };
  const put = (path: string, sent: Sent) => alice.expect<ChunkedAnswer>('PUT', path, sent);
  const finish = (path: string) => alice.expect<ChunkedAnswer>('POST', path);

  it('control: a part goes through the Worker by its number, and the file is completed', async () => {
    const upload = await alice.create({ bytes: FILE.length });
    const parts = [];
    for (const number of [1, 2]) {
      const sent = { body: partOf(upload, FILE, number), headers: tokenOf(upload) };
      const path = `/uploads/${upload.id}/parts/${number}`;
      parts.push({ number, ...(await alice.expect<RelayAnswer>('PUT', path, sent)) });
    }
    const receipts = parts.map(({ number, etag }) => ({ number, etag }));
    const answer = await alice.complete(upload, { parts: receipts });
    assert.equal(answer.status, 200, told(answer));
    assert.deepEqual(Buffer.from(await alice.read(upload.id)), FILE);
  });

  it('s3.2: the first PUT of a chunk creates the upload', async () => {
    const answer = await alice.call<ChunkedAnswer>('PUT', '/chunks?filename=a.bin', {
      ...chunk(FILE, 0, 4 * MIB),
    });
    assert.equal(answer.status, 201, told(answer));
    const { uploads } = await alice.expect<ListAnswer>('GET', '/uploads?state=open');
    assert.equal(uploads.find(({ id }) => id === answer.body.id)?.name, 'a.bin');
    await put(answer.body.url, chunk(FILE, 4 * MIB, FILE.length));
    assert.equal((await finish(answer.body.url)).state, 'complete');
    assert.deepEqual(Buffer.from(await alice.read(answer.body.id)), FILE);
  });

  it('s3.3: every answer has the URL at which the upload goes on', async () => {
    const { url } = await put('/chunks?filename=a.bin', chunk(FILE, 0, 1000));
    assert.equal(URL.canParse(url), true);
    const second = await put(url, chunk(FILE, 1000, 2000));
    const asked = await alice.expect<ChunkedAnswer>('GET', second.url);
    await put(asked.url, chunk(FILE, 2000, FILE.length));
    assert.equal((await finish(asked.url)).result?.bytes, FILE.length);
  });

  it('s3.4: every answer has the offset at which the next chunk begins, on each store', async () => {
    const first = await put('/chunks?filename=a.bin', chunk(FILE, 0, 1000));
    assert.equal(first.offset, 1000);
    const second = await put(first.url, chunk(FILE, 1000, 5 * MIB + 1));
    assert.equal(second.offset, 5 * MIB + 1);
    const asked = await alice.expect<ChunkedAnswer>('GET', first.url);
    assert.equal(asked.offset, 5 * MIB + 1);
    const elsewhere = await alice.call<Problem & { offset?: number }>(
      'PUT',
      first.url,
      chunk(FILE, 1000, 2000),
    );
    assertRefused(elsewhere, 409, 'conflict');
    assert.equal(elsewhere.body.offset, 5 * MIB + 1);
  });

  it('s3.6: a chunk comes in a form, by the name of its field', async () => {
    const file = FILE.subarray(0, 3000);
    const { url, id } = await put(
      '/chunks?filename=a.bin&field=my_file',
      chunk(file, 0, 1000, 'my_file'),
    );
    await put(`${url}?field=my_file`, chunk(file, 1000, file.length, 'my_file'));
    await finish(url);
    assert.deepEqual(Buffer.from(await alice.read(id)), file);
  });

  it('s3.8: the client chooses the size of its chunks, another one each time', async () => {
    const ends = [1, 1000, 1_000_003, 5 * MIB - 1, 5 * MIB + 1, FILE.length];
    let start = 0;
    let path = '/chunks?filename=a.bin';
    for (const end of ends) {
      ({ url: path } = await put(path, chunk(FILE, start, end)));
      start = end;
    }
    const { id } = await finish(path);
    assert.deepEqual(Buffer.from(await alice.read(id)), FILE);
  });

  /** A file whose parts are stored, so that Complete is all that is left. */
  const stored = async (caller: Caller) => {
    const upload = await caller.create({ bytes: FILE.length });
    const { receipts: parts } = await caller.sendParts(upload, FILE);
    return { upload, parts };
  };

  it('s3.9: the checksum of the whole file is verified at the end, and never ignored', async () => {
    const checked = await startWorker(place(), { CHECKSUM: 'md5' });
    try {
      const bob = await checked.as('bob');
      const { upload, parts } = await stored(bob);
      const checksum = quickSum('md5', FILE);
      const answer = await bob.complete(upload, { parts, checksum });
      assert.equal(answer.status, 200, told(answer));
      assert.equal(answer.body.checksum, checksum, `verified: ${told(answer)}`);
    } finally {
      await checked.stop();
    }
  });

  it('s3.20: a file whose checksum differs is refused, and cannot be read', async () => {
    const checked = await startWorker(place(), { CHECKSUM: 'md5' });
    try {
      const bob = await checked.as('bob');
      const { upload, parts } = await stored(bob);
      const checksum = quickSum('md5', FILE.subarray(1));
      const answer = await bob.complete(upload, { parts, checksum });
      assertRefused(answer, 422, 'checksum_mismatch');
      const link = await bob.call('GET', `/uploads/${upload.id}/file`);
      assert.ok(link.status >= 400, told(link));
    } finally {
      await checked.stop();
    }
  });

  for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
    it(`s3.10: the ${algorithm} of a whole file in parts is verified`, async () => {
      const { upload, parts } = await stored(alice);
      const value = createHash(algorithm).update(FILE).digest('base64');
      const answer = await alice.complete(upload, { parts, checksum: { algorithm, value } });
      assert.equal(answer.status, 200, told(answer));
      assert.equal(answer.body.checksum, value);
    });
  }

  it('s3.24: the client names the algorithm of the whole file, and a setting says how much is read back', async () => {
    const checksum = { algorithm: 'sha256' } as const;
    const { id } = await alice.create({ bytes: FILE.length, checksum });
    assert.ok(id, 'within the default of VERIFY_MAX_BYTES');
    const strict = await startWorker(place(), { VERIFY_MAX_BYTES: '1MiB' });
    try {
      const bob = await strict.as('bob');
      await bob.create({ bytes: MIB, checksum });
      const files = [{ id: randomUUID(), name: 'a', type: '', bytes: FILE.length, checksum }];
      const answer = await bob.expect<CreateAnswer>('POST', '/uploads', { json: { files } });
      const [slot] = answer.uploads;
      assert.ok(slot && 'problem' in slot, JSON.stringify(slot));
      assert.equal(slot.problem.field, 'files[0].checksum');
      assert.match(slot.problem.detail, /VERIFY_MAX_BYTES/);
    } finally {
      await strict.stop();
    }
  });

  it('s3.12: the hook that finishes an upload adds to the answer', async () => {
    const app = await startWorker(place(), {}, APP_WITH_FINALIZE);
    try {
      const bob = await app.as('bob');
      const { answer } = await bob.upload(randomBytes(1000), { name: 'a.csv' });
      assert.equal(answer.status, 200, told(answer));
      assert.deepEqual(answer.body.data, { row: 'row of a.csv' });
    } finally {
      await app.stop();
    }
  });

  it('s3.28: the people of a group share their uploads, and each says who began it', async () => {
    const shared = await startWorker(place(), { OWNER_CLAIM: 'org_id' });
    try {
      const anna = await shared.as('anna', { org_id: 'acme' });
      const bob = await shared.as('bob', { org_id: 'acme' });
      const upload = await anna.create({ bytes: FILE.length });
      const { receipts } = await anna.sendParts(upload, FILE);
      const resumed = await bob.expect<ResumeAnswer>('POST', `/uploads/${upload.id}/resume`);
      const answer = await bob.complete(resumed, { parts: receipts });
      assert.equal(answer.status, 200, told(answer));
      const { uploads } = await bob.expect<ListAnswer>('GET', '/uploads');
      assert.equal(uploads.find(({ id }) => id === upload.id)?.user, 'anna');
    } finally {
      await shared.stop();
    }
  });
});
