/** What django-s3-file-upload had and this project lacked at first. The numbers are the rows of `docs/from/`. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { LinksAnswer, ListAnswer, UploadStatusAnswer } from '../../../worker/protocol.ts';
import { APP_WITH_CLOCK } from './apps.ts';
import { read, tokenOf, type Caller } from './caller.ts';
import { inEachPlace } from './places.ts';
import { startWorker, type RunningWorker } from './tree.ts';

/** Stores that keep no ACLs of objects, so that the Worker refuses the setting. */
const WITHOUT_ACLS: ReadonlySet<string> = new Set(['r2-local', 'r2', 'minio', 'swift', 'garage']);

inEachPlace('what django-s3-file-upload has', (place) => {
  let worker: RunningWorker;
  let alice: Caller;
  before(async () => {
    worker = await startWorker(place());
    alice = await worker.as('alice');
  });
  after(() => worker?.stop());

  const rowsOf = async (query = '') =>
    (await alice.expect<ListAnswer>('GET', `/uploads${query}`)).uploads;
  const stateOf = async (id: string, caller = alice) =>
    (await caller.expect<UploadStatusAnswer>('GET', `/uploads/${id}`)).state;

  it('control: files of one request and of several parts are uploaded, and listed when complete', async () => {
    for (const bytes of [1000, 6 * 2 ** 20]) {
      const { upload, answer } = await alice.upload(randomBytes(bytes));
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      const rows = await rowsOf('?state=complete');
      assert.ok(rows.some(({ id }) => id === upload.id));
    }
  });

  it('s1.4: a file of one request is a row of the owner’s from its Create on', async () => {
    const { id, key } = await alice.create({ name: 'note.txt', bytes: 1000 });
    const row = (await rowsOf('?state=open')).find((one) => one.id === id);
    assert.deepEqual(
      { key: row?.key, name: row?.name, bytes: row?.bytes },
      { key, name: 'note.txt', bytes: 1000 },
    );
  });

  it('s1.9: the client says where under its prefix the file goes, if the operator’s template lets it', async () => {
    const foldered = await startWorker(place(), { KEY_TEMPLATE: '{prefix}{owner}/{path}' });
    try {
      const bob = await foldered.as('bob');
      const path = 'albums/2026/cat.jpg';
      const { key } = await bob.create({ name: 'cat.jpg', path, bytes: 1000 });
      assert.ok(key.endsWith(`/bob/${path}`), key);
    } finally {
      await foldered.stop();
    }
  });

  it('s1.10: the client chooses the ACL of each file among those that the operator allows', async (test) => {
    if (WITHOUT_ACLS.has(place().profile)) return test.skip('this store has no ACLs');
    const open = await startWorker(place(), { ACL: 'private, public-read' });
    try {
      const bob = await open.as('bob');
      const { S3_ENDPOINT, S3_BUCKET } = place().settings;
      for (const [acl, status] of [
        ['private', 403],
        ['public-read', 200],
      ] as const) {
        const { upload, answer } = await bob.upload(randomBytes(1000), { acl });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        const bare = await fetch(`${S3_ENDPOINT}/${S3_BUCKET}/${upload.key}`);
        assert.equal(bare.status, status, acl);
      }
    } finally {
      await open.stop();
    }
  });

  it('s1.16: a file of one request has a state at each step of its life', async () => {
    const file = randomBytes(1000);
    const upload = await alice.create({ bytes: file.length });
    assert.equal(await stateOf(upload.id), 'open');
    const { receipts } = await alice.sendParts(upload, file);
    assert.equal(await stateOf(upload.id), 'open', 'whole at the store, and not complete');
    await alice.complete(upload, { parts: receipts });
    assert.equal(await stateOf(upload.id), 'complete');
    const other = await alice.create({ bytes: file.length });
    await alice.expect('DELETE', `/uploads/${other.id}`, { headers: tokenOf(other) });
    assert.equal(await stateOf(other.id), 'aborted');
    const late = await startWorker(place(), { UPLOAD_TTL: '6h' }, APP_WITH_CLOCK);
    try {
      const bob = await late.as('bob');
      const { id } = await bob.create({ bytes: file.length });
      await late.itIsLater(7);
      assert.equal(await stateOf(id, await late.as('bob')), 'expired');
    } finally {
      await late.stop();
    }
  });

  it('s1.21: one call gives the links of many files', async () => {
    const files = [randomBytes(10), randomBytes(20), randomBytes(30)];
    const ids: string[] = [];
    for (const file of files) ids.push((await alice.upload(file)).upload.id);
    const { links } = await alice.expect<LinksAnswer>('POST', '/uploads/links', { json: { ids } });
    assert.deepEqual(
      links.map(({ id }) => id),
      ids,
    );
    for (const [index, link] of links.entries()) {
      assert.ok('url' in link, JSON.stringify(link));
      assert.deepEqual(Buffer.from(await read(link.url)), files[index]);
    }
  });
});
