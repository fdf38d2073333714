/** The same file again, where keys are made of checksums: it is there already, in one request. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ProblemError } from '../../worker/problem.ts';
import { isRefused, type ListAnswer } from '../../worker/protocol.ts';
import { apps } from './apps.ts';
import { onEveryStore } from './s3/stores.ts';
import { checksumOf } from './s3/sums.ts';
import { download, MIB, random } from './s3/uploads.ts';

onEveryStore(
  'the same file again',
  () => true,
  (running) => {
    const prefix = `same-file-tests/${randomUUID()}/`;
    const mount = apps(running, prefix);
    const OWN = { keyTemplate: '{prefix}{owner}/{checksum}{ext}' };
    /** Names the file's checksum as the first Create of a page does. */
    const named = (body: Uint8Array, algorithm: Parameters<typeof checksumOf>[0] | null) => ({
      bytes: body.length,
      name: 'a.bin',
      ...(algorithm !== null && { checksums: [checksumOf(algorithm, body)] }),
    });

    it('is complete with its Create, and both have a record and a link', async () => {
      const { client } = mount({}, OWN);
      const body = random(1000);
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const file = named(body, singleChecksum);
      const first = await client.create(file);
      assert.equal(first.result, undefined);
      const parts = await client.sendParts(first, body);
      assert.equal((await client.complete(first, { parts })).status, 200);

      const second = await client.create(file);
      assert.notEqual(second.id, first.id);
      assert.equal(second.key, first.key);
      assert.deepEqual(second.requests, []);
      assert.equal(second.result?.bytes, 1000);
      assert.equal(second.result.key, first.key);
      assert.deepEqual(await download(running(), second.key), body);
      const { body: list } = await client.get<ListAnswer>('/uploads?state=complete');
      assert.deepEqual(list.uploads.map(({ id }) => id).sort(), [first.id, second.id].sort());
      for (const { id } of [first, second]) {
        assert.equal((await client.get(`/uploads/${id}/file`)).status, 302);
      }
    });

    it('runs finalize for each, and says so to a Complete that is sent all the same', async () => {
      const finalized: string[] = [];
      const { client } = mount({ finalize: ({ id }) => void finalized.push(id) }, OWN);
      const body = random(1000);
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const file = named(body, singleChecksum);
      const first = await client.create(file);
      await client.complete(first, { parts: await client.sendParts(first, body) });
      const second = await client.create(file);
      const again = await client.complete(second);
      assert.deepEqual(again.body, second.result);
      assert.deepEqual(finalized, [first.id, second.id]);
    });

    it('is another file for another owner, and with other bytes', async () => {
      const { as } = mount({}, OWN);
      const [alice, bob] = [as('alice'), as('bob')];
      const body = random(1000);
      const { singleChecksum } = (await alice.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const first = await alice.create(named(body, singleChecksum));
      await alice.complete(first, { parts: await alice.sendParts(first, body) });
      const others = [
        await bob.create(named(body, singleChecksum)),
        await alice.create(named(random(1000), singleChecksum)),
      ];
      for (const other of others) {
        assert.equal(other.result, undefined);
        assert.notEqual(other.key, first.key);
      }
    });

    it('in parts has its id in the key, unless the store compares the named checksum', async () => {
      const { client } = mount({}, OWN);
      const body = random(11 * MIB);
      const { checksum } = (await client.get<{ checksum: 'crc64nvme' }>('/policy')).body;
      const plain = await client.create({ bytes: body.length });
      assert.ok(plain.key.includes(plain.id));
      if (!running().config.profile.fullObjectChecksums.includes(checksum)) return;
      const file = {
        bytes: body.length,
        checksum: { algorithm: checksum, value: checksumOf(checksum, body) },
      };
      const first = await client.create(file);
      assert.ok(!first.key.includes(first.id));
      const parts = await client.sendParts(first, body);
      assert.equal((await client.complete(first, { parts })).status, 200);
      const second = await client.create(file);
      assert.equal(second.result?.checksum, file.checksum.value);
      assert.equal(second.result.verifiedBy, 'store');
    });

    it('is there for everyone by SHA-256 alone, and only where the operator says so', async () => {
      for (const dedupe of ['owner', 'everyone'] as const) {
        const { as } = mount({}, { keyTemplate: '{prefix}{checksum}{ext}', dedupe });
        const [alice, bob] = [as(`alice-${randomUUID()}`), as('bob')];
        const body = random(1000);
        const { singleChecksum } = (await alice.get<{ singleChecksum: 'sha256' }>('/policy')).body;
        const file = named(body, singleChecksum);
        const first = await alice.create(file);
        await alice.complete(first, { parts: await alice.sendParts(first, body) });
        const slot = await bob.tryCreate(file);
        const isThere = !isRefused(slot) && slot.result !== undefined;
        assert.equal(isThere, dedupe === 'everyone' && singleChecksum === 'sha256');
      }
    });

    it('is refused where the prepare hook refuses it', async () => {
      let isFull = false;
      const prepare = () => (isFull ? { refuse: 'The album is full.' } : undefined);
      const { client } = mount({ prepare }, OWN);
      const body = random(1000);
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const file = named(body, singleChecksum);
      const first = await client.create(file);
      await client.complete(first, { parts: await client.sendParts(first, body) });
      isFull = true;
      const slot = await client.tryCreate(file);
      assert.ok(isRefused(slot));
      assert.equal(slot.problem.detail, 'The album is full.');
    });

    it('is not taken away from the others by a Complete that is refused', async () => {
      const { client } = mount({}, OWN);
      const body = random(1000);
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const file = named(body, singleChecksum);
      const first = await client.create(file);
      await client.complete(first, { parts: await client.sendParts(first, body) });
      const second = await client.create(file);
      // Another place, where KV does not show the records yet.
      const elsewhere = mount(
        {},
        {
          ...OWN,
          policy: (_, __, action) => {
            if (action === 'complete') throw new ProblemError('forbidden', 'Not any more.');
            return undefined;
          },
        },
      );
      assert.equal((await elsewhere.client.complete(second)).status, 403);
      assert.deepEqual(await download(running(), first.key), body);
    });

    it('costs a batch no more requests to the store than Workers Free allows', async () => {
      let asked = 0;
      const { store } = running();
      const counting: typeof store = {
        ...store,
        head: (key) => (asked++, store.head(key)),
        createMultipart: (...upload) => (asked++, store.createMultipart(...upload)),
      };
      const { client } = mount({}, { ...OWN, store: counting });
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const files = Array.from({ length: 100 }, () => ({
        id: randomUUID(),
        type: '',
        ...named(random(20), singleChecksum),
      }));
      await client.post('/uploads', { files });
      assert.ok(asked > 0 && asked <= 45, `${asked} requests`);
    });

    it('is sent again where ACLs can be chosen: the stored one may have another', async () => {
      if (!running().config.profile.acl) return;
      const rules = { prefix, acl: ['private', 'public-read'] as const };
      const { client } = mount({}, { ...OWN, rules });
      const body = random(1000);
      const { singleChecksum } = (await client.get<{ singleChecksum: 'md5' }>('/policy')).body;
      const file = named(body, singleChecksum);
      const first = await client.create({ ...file, acl: 'public-read' });
      await client.complete(first, { parts: await client.sendParts(first, body) });
      const slot = await client.tryCreate({ ...file, acl: 'private' });
      assert.ok(isRefused(slot) || slot.result === undefined);
    });

    it('cannot be removed from the others: REMOVABLE is refused by name', () => {
      assert.throws(
        () => mount({}, { ...OWN, rules: { prefix, removable: true } }),
        /REMOVABLE cannot be on with \{checksum\}/,
      );
    });
  },
);
