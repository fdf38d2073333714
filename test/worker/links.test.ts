/** Links to read: whose object they open, and for how long. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { it } from 'node:test';
import {
  isRefused,
  type FileAnswer,
  type LinksAnswer,
  type Policy,
} from '../../worker/protocol.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { onEveryStore } from './s3/stores.ts';
import { MIB, random } from './s3/uploads.ts';

onEveryStore(
  'a link to read',
  () => true,
  (running) => {
    const prefix = `link-tests/${randomUUID()}/`;
    const mount = apps(running, prefix);

    /** Two people of whom one has the key of the other, whose object has been taken away since. */
    const ways: Record<string, (key: string) => Parameters<typeof mount>> = {
      'by a template': () => [{}, { keyTemplate: '{name}' }],
      'by a hook': (key) => [{ prepare: () => ({ key }) }],
    };
    for (const [way, options] of Object.entries(ways)) {
      for (const isPublic of [false, true]) {
        it(`opens nobody else’s object that lies there now ${way}${isPublic ? ', by its public link' : ''}`, async () => {
          const name = `${randomUUID()}.bin`;
          const [hooks, more] = options(`${prefix}${name}`);
          const { as } = mount(hooks, { ...more, rules: { prefix, public: isPublic } });
          const [alice, bob] = [as('alice'), as('bob')];
          const { upload, answer } = await alice.upload(random(10), { name });
          const path = isPublic ? (answer.body.href ?? '') : `/uploads/${upload.id}/file`;
          assert.equal((await alice.get(path)).status, 302);

          await running().store.remove(upload.key);
          const { upload: other } = await bob.upload(random(10), { name });
          assert.equal(other.key, upload.key);
          assert.equal((await alice.get(path)).status, 404);
          assert.equal((await bob.get(`/uploads/${other.id}/file`)).status, 302);
        });
      }
    }

    it('that is public says nothing of its owner, and lives on when the secret changes', async () => {
      const [old, fresh] = ['an-old-secret'.repeat(4), 'a-new-secret'.repeat(4)] as const;
      const settings = (...tokenSecrets: [string, ...string[]]): Partial<SignerOptions> => ({
        rules: { prefix, public: true },
        tokenSecrets,
        authenticate: (request) => {
          const owner = request.headers.get('authorization') ?? '';
          return owner === '' ? undefined : { owner };
        },
      });
      const before = mount({}, settings(old));
      const hrefs: string[] = [];
      for (const owner of ['alice', 'alice', 'bob']) {
        const { answer } = await before.as(owner).upload(random(10));
        hrefs.push(answer.body.href ?? '');
        const hash = createHash('sha256').update(owner).digest('hex');
        const caller = (await before.as(owner).get<Policy>('/policy')).body.caller ?? '';
        assert.match(caller, /^[0-9a-f]{16}$/);
        for (const said of [hrefs.join(), caller]) assert.ok(!said.includes(hash.slice(0, 16)));
        // What an outsider who guesses the owner would ask for.
        const guessed = `${(hrefs.at(-1) ?? '').split('?')[0]}?of=${hash.slice(0, 32)}`;
        assert.equal((await before.as('').get(guessed)).status, 401);
      }
      assert.equal(new Set(hrefs.map((href) => href.split('?')[1])).size, 3);
      const [first = '', second = ''] = hrefs;
      const swapped = `${first.split('?')[0]}?${second.split('?')[1]}`;
      assert.equal((await before.as('').get(swapped)).status, 401);
      assert.equal((await before.as('').get(first)).status, 302);
      const rotated = mount({}, { ...settings(fresh, old), kv: before.kv });
      assert.equal((await rotated.as('').get(first)).status, 302);
      const over = mount({}, { ...settings(fresh), kv: before.kv });
      assert.equal((await over.as('').get(first)).status, 401);
    });

    it('that is public and older than keyed links still opens its file', async () => {
      const { as, kv } = mount({}, { rules: { prefix, public: true } });
      const { answer } = await as('alice').upload(random(10));
      const of = createHash('sha256').update('alice').digest('hex').slice(0, 32);
      const { keys } = await kv.list({ prefix: 'u:' });
      const [key] = keys;
      assert.ok(key);
      const entry = JSON.parse((await kv.get(key.name)) ?? '') as { upload: { public: string } };
      entry.upload.public = of;
      await kv.put(key.name, JSON.stringify(entry), { metadata: key.metadata });
      const path = `/uploads/${answer.body.id}/file?of=${of}`;
      assert.equal((await as('').get(path)).status, 302);
    });

    it('that is public ends when the operator turns public links off', async () => {
      const settings = (isPublic: boolean): Partial<SignerOptions> => ({
        rules: { prefix, public: isPublic },
        authenticate: (request) =>
          request.headers.get('authorization') === 'alice' ? { owner: 'alice' } : undefined,
      });
      const on = mount({}, settings(true));
      const { answer } = await on.client.upload(random(10));
      const path = answer.body.href ?? '';
      assert.equal((await on.as('').get(path)).status, 302);
      const off = mount({}, { ...settings(false), kv: on.kv });
      assert.equal((await off.as('').get(path)).status, 401);
      assert.equal((await off.client.get(path)).status, 302);
    });

    it('to many files comes in one request, each answered for itself', async () => {
      const { as } = mount({}, { rules: { prefix } });
      const [alice, bob] = [as('alice'), as('bob')];
      const bodies = [random(10), random(6 * MIB)];
      const done = await Promise.all(bodies.map((body) => alice.upload(body)));
      const other = await bob.upload(random(10));
      const open = await alice.create({ bytes: 6 * MIB });
      const ids = [...done.map(({ upload }) => upload.id), other.upload.id, open.id];
      const { status, body } = await alice.post<LinksAnswer>('/uploads/links', {
        ids,
        disposition: 'inline',
      });
      assert.equal(status, 200);
      assert.deepEqual(
        body.links.map(({ id }) => id),
        ids,
      );
      const [first, second, ...refused] = body.links;
      for (const [index, link] of [first, second].entries()) {
        assert.ok(link && !isRefused(link));
        assert.equal(link.expiresIn, 900);
        const response = await fetch(link.url);
        assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bodies[index]);
      }
      assert.deepEqual(
        refused.map((link) => isRefused(link) && link.problem.code),
        ['not_found', 'not_found'],
      );
    });

    it('to many files is refused for none and for more than 45', async () => {
      const { client } = mount({});
      for (const count of [0, 46]) {
        const ids = Array.from({ length: count }, () => randomUUID());
        const { status, problem } = await client.post('/uploads/links', { ids });
        assert.deepEqual([status, problem.field], [400, 'ids']);
      }
    });

    it('leads to the bucket’s public address where the operator names one', async () => {
      const { client } = mount(
        {},
        { rules: { prefix }, publicUrl: 'https://cdn.example.com/files' },
      );
      const { upload } = await client.upload(random(10), { name: 'Füße & co.txt' });
      const wanted = {
        url: `https://cdn.example.com/files/${upload.key.split('/').map(encodeURIComponent).join('/')}`,
        expiresIn: null,
      };
      const path = `/uploads/${upload.id}/file`;
      const one = await client.get<FileAnswer>(path, { accept: 'application/json' });
      assert.deepEqual(one.body, wanted);
      assert.equal((await client.get(path)).headers.get('location'), wanted.url);
      const many = await client.post<LinksAnswer>('/uploads/links', { ids: [upload.id] });
      assert.deepEqual(many.body.links, [{ id: upload.id, ...wanted }]);
    });

    it('needs a public address that keys can be appended to', () => {
      for (const publicUrl of ['cdn.example.com', 'ftp://cdn.example.com', 'https://cdn/?a=b']) {
        assert.throws(() => mount({}, { publicUrl }), /PUBLIC_URL/, publicUrl);
      }
    });
  },
);
