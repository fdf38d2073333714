/** Paths of files that come from a folder: from the Create into the key, the record and messages. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { makeKey } from '../../worker/object/key.ts';
import { cleanName, cleanPath } from '../../worker/object/name.ts';
import { ProblemError } from '../../worker/problem.ts';
import { isRefused, type ListAnswer, type UploadStatusAnswer } from '../../worker/protocol.ts';
import { encodeKey } from '../../worker/s3/signing/encode.ts';
import { startLab, tokenOf, type Client, type Lab } from './harness.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

const ID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';

const keyOf = (path: string, name: string, template = '{prefix}{owner}/{id}/{path}') =>
  makeKey(template, {
    prefix: 'in/',
    owner: 'alice',
    id: ID,
    name,
    path: cleanPath(path, name),
    checksum: '',
    now: Date.parse('2026-11-20T23:30:00Z'),
  });

describe('a cleaned path', () => {
  const table: [path: string, name: string, clean: string | undefined][] = [
    ['photos/2026/a.jpg', 'a.jpg', 'photos/2026/a.jpg'],
    ['a.jpg', 'a.jpg', undefined],
    ['/photos//a.jpg', 'a.jpg', 'photos/a.jpg'],
    ['../../etc/passwd', 'passwd', 'etc/passwd'],
    ['./../a.jpg', 'a.jpg', undefined],
    ['C:\\photos\\a.jpg', 'a.jpg', 'C:/photos/a.jpg'],
    ['.git/config', 'config', 'git/config'],
    ['pho\u202etos/\u200b/a.jpg', 'a.jpg', 'photos/a.jpg'],
    ['e\u0301/a.jpg', 'a.jpg', 'é/a.jpg'],
    ['${filename}/a.jpg', 'a.jpg', '$(filename)/a.jpg'],
    ['photos/other.jpg', 'a.jpg', 'photos/a.jpg'],
    ['photos/', 'a.jpg', 'photos/a.jpg'],
  ];
  for (const [path, name, clean] of table) {
    it(`of ${JSON.stringify(path)} is ${JSON.stringify(clean)}`, () => {
      assert.equal(cleanPath(path, name), clean);
    });
  }

  it('is undefined for a file without a path', () => {
    assert.equal(cleanPath(undefined, 'a.jpg'), undefined);
  });
});

describe('{path} in a key', () => {
  it('holds the folders and the name', async () => {
    assert.equal(await keyOf('photos/2026/a.jpg', 'a.jpg'), `in/alice/${ID}/photos/2026/a.jpg`);
  });

  it('is the name alone for a file without folders', async () => {
    assert.equal(await keyOf('', 'a.jpg'), `in/alice/${ID}/a.jpg`);
  });

  it('ends in the name that the policy has judged, whatever the path says', async () => {
    assert.equal(await keyOf('photos/a.html', 'a.jpg'), `in/alice/${ID}/photos/a.jpg`);
  });

  it('is refused if the folders leave no room for the name', async () => {
    const deep = `${'folder/'.repeat(140)}a.jpg`;
    await assert.rejects(
      keyOf(deep, 'a.jpg'),
      (error) => error instanceof ProblemError && error.problem.field === 'path',
    );
  });

  it('never leaves the prefix, for any path and name', async () => {
    const any = fc.string({ unit: 'binary', maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 5 }), any, async (folders, name) => {
        const key = await keyOf([...folders, name].join('/'), name);
        const start = `in/alice/${ID}/`;
        assert.ok(key.startsWith(start));
        assert.ok(!key.split('/').some((segment) => /^\.{0,2}$/.test(segment)), key);
        assert.equal(key.split('/').at(-1), cleanName(name));
        const { pathname } = new URL(`https://store/${encodeKey(key)}`);
        assert.equal(decodeURIComponent(pathname.slice(1)), key);
      }),
      { numRuns: 500 },
    );
  });
});

onEveryStore(
  'paths',
  () => true,
  (running) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    let receiver: Receiver;
    let lab: Lab;
    let alice: Client;
    before(async () => {
      receiver = await startReceiver(secret);
      lab = await startLab(running(), {
        KEY_TEMPLATE: '{prefix}{owner}/{id}/{path}',
        METADATA: 'path',
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRET: secret,
        WEBHOOK_EVENTS: 'completed',
      });
      alice = await lab.as('alice');
    });
    after(async () => {
      await lab.stop();
      await receiver.stop();
    });

    it('reach the key, the result, the state, the list and the webhook', async () => {
      const body = random(30);
      const path = '../holiday/Füße & co/readme.md';
      const clean = 'holiday/Füße & co/readme.md';
      const { upload, answer } = await alice.upload(body, { name: 'readme.md', path });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.ok(upload.key.endsWith(`alice/${upload.id}/${clean}`), upload.key);
      assert.equal(answer.body.path, clean);
      assert.deepEqual(await download(running(), upload.key), body);
      const state = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`, tokenOf(upload));
      assert.equal(state.body.path, clean);
      const { body: list } = await alice.get<ListAnswer>('/uploads?state=complete');
      assert.equal(list.uploads.find(({ id }) => id === upload.id)?.path, clean);
      await receiver.count(1);
      assert.equal(receiver.received.at(-1)?.data['path'], clean);
    });

    it('become metadata of the object where the settings allow the name', async () => {
      const { upload } = await alice.upload(random(30), { name: 'a.txt', path: 'one/two/a.txt' });
      const { url } = await running().store.presignGet(upload.key, { expiresIn: 60 });
      const response = await fetch(url);
      await response.body?.cancel();
      assert.equal(response.headers.get('x-amz-meta-path'), 'one/two/a.txt');
    });

    it('tell two uploads of one id apart', async () => {
      const id = randomUUID();
      const file = { id, name: 'a.txt', bytes: 9 * 1024 * 1024 };
      await alice.create({ ...file, path: 'one/a.txt' });
      const other = await alice.tryCreate({ ...file, path: 'two/a.txt' });
      assert.ok(isRefused(other));
      assert.equal(other.problem.code, 'conflict');
      const again = await alice.tryCreate({ ...file, path: 'one/a.txt' });
      assert.ok(!isRefused(again));
    });

    it('that are malformed or longer than a key are refused by name', async () => {
      for (const path of ['half \ud800/a.txt', `${'ü/'.repeat(500)}a.txt`, 'x/'.repeat(600)]) {
        const slot = await alice.tryCreate({ name: 'a.txt', bytes: 3, path });
        assert.ok(isRefused(slot), path);
        assert.deepEqual(
          [slot.problem.code, slot.problem.field],
          ['invalid_request', 'files[0].path'],
        );
      }
    });
  },
);
