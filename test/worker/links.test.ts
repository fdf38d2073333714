/** Links to read: whose object they open, and for how long. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { onEveryStore } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

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
  },
);
