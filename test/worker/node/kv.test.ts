/** What the signer relies on in a key-value store, on each of them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { allKeys, readMany, withBulkReads, type KV } from '../../../worker/ledger/kv.ts';
import { PLACES, type RunningKV } from './kv-places.ts';

const MIB = 1024 * 1024;

for (const { name, skip, start } of PLACES) {
  describe(`the key-value store: ${name}`, { skip: skip ?? false }, () => {
    let running: RunningKV;
    let kv: KV;
    before(async () => {
      running = await start();
      ({ kv } = running);
    });
    after(() => running?.stop());

    /** A prefix that no other test has. */
    const fresh = () => `${randomUUID()}:`;
    const inSeconds = (seconds: number) => Math.floor(running.now() / 1000) + seconds;

    it('returns what was written last, and null for what was not or is deleted', async () => {
      const key = fresh();
      assert.equal(await kv.get(key), null);
      await kv.put(key, 'one', {});
      await kv.put(key, '"zwei": ☃ \u0000 𝄞', {});
      assert.equal(await kv.get(key), '"zwei": ☃ \u0000 𝄞');
      await kv.delete(key);
      await kv.delete(key);
      assert.equal(await kv.get(key), null);
      assert.deepEqual(await allKeys(kv, key), []);
    });

    it('returns an empty value as what it is', async () => {
      const key = fresh();
      await kv.put(key, '', {});
      assert.equal(await kv.get(key), '');
      assert.equal((await allKeys(kv, key)).length, 1);
    });

    it('reads a hundred keys at once, those that are missing as null', async () => {
      const prefix = fresh();
      const keys = Array.from({ length: 100 }, (_, index) => prefix + index);
      await Promise.all(keys.slice(1).map((key) => kv.put(key, `of ${key}`, {})));
      const values = await readMany(kv, keys);
      assert.deepEqual(
        [...values],
        keys.map((key, index) => [key, index === 0 ? null : `of ${key}`]),
      );
    });

    it('lists the keys of a prefix, in the order of their bytes, with their metadata', async () => {
      const prefix = fresh();
      // U+FFFD comes before U+1D11E in UTF-8, and after it in UTF-16.
      const names = ['', '%', 'B', 'a', 'a:b', 'aa', 'z_', 'é', '\u{fffd}', '\u{1d11e}'];
      for (const name of [...names].reverse()) {
        await kv.put(prefix + name, 'value', { metadata: { of: name, list: [1, null] } });
      }
      await kv.put(`${prefix.slice(0, -1)};`, 'of another prefix', {});
      const { keys, list_complete } = await kv.list({ prefix });
      assert.deepEqual(
        keys.map(({ name, metadata }) => [name, metadata]),
        names.map((name) => [prefix + name, { of: name, list: [1, null] }]),
      );
      assert.equal(list_complete, true);
    });

    it('lists nothing of a prefix without keys, and takes _ and % for what they are', async () => {
      const prefix = fresh();
      await kv.put(`${prefix}ab`, 'value', {});
      for (const pattern of [`${prefix}_b`, `${prefix}%`, `${prefix}*`, `${prefix}b`]) {
        assert.deepEqual((await kv.list({ prefix: pattern })).keys, [], pattern);
      }
    });

    it('shows no metadata where there is none, also of a key that had some', async () => {
      const prefix = fresh();
      await kv.put(`${prefix}1`, 'value', { metadata: { a: 1 } });
      await kv.put(`${prefix}1`, 'value', {});
      await kv.put(`${prefix}2`, 'value', { metadata: null });
      const { keys } = await kv.list({ prefix });
      assert.deepEqual(
        keys.map((key) => key.metadata ?? 'none'),
        ['none', 'none'],
      );
    });

    it('continues a list where its last page ended, whatever happens to that key', async () => {
      const prefix = fresh();
      const names = Array.from({ length: 10 }, (_, index) => `${prefix}${index}`);
      await Promise.all(names.map((name) => kv.put(name, 'value', {})));
      const first = await kv.list({ prefix, limit: 4 });
      assert.deepEqual(namesOf(first.keys), names.slice(0, 4));
      assert.equal(first.list_complete, false);
      await kv.delete(`${prefix}3`);
      await kv.put(`${prefix}35`, 'value', {});
      const second = await kv.list({ prefix, limit: 7, cursor: first.cursor ?? null });
      assert.deepEqual(namesOf(second.keys), [`${prefix}35`, ...names.slice(4)]);
      assert.equal(second.list_complete, true);
    });

    it('lists a thousand keys on a page, and the rest on others', async () => {
      const prefix = fresh();
      const names = Array.from({ length: 1001 }, (_, index) => `${prefix}${1000 + index}`);
      await Promise.all(names.map((name) => kv.put(name, 'value', {})));
      const { keys, list_complete } = await kv.list({ prefix });
      assert.equal(keys.length, 1000);
      assert.equal(list_complete, false);
      assert.deepEqual(namesOf(await allKeys(kv, prefix)), names);
    });

    it('forgets an entry when it expires: its value, and its place in lists', async () => {
      const prefix = fresh();
      await kv.put(`${prefix}kept`, 'value', {});
      await kv.put(`${prefix}soon`, 'value', { expiration: inSeconds(100) });
      await kv.put(`${prefix}later`, 'value', { expiration: inSeconds(1000) });
      await running.passes(90_000);
      assert.equal(await kv.get(`${prefix}soon`), 'value');
      await running.passes(20_000);
      assert.equal(await kv.get(`${prefix}soon`), null);
      const { keys } = await kv.list({ prefix, limit: 2 });
      assert.deepEqual(namesOf(keys), [`${prefix}kept`, `${prefix}later`]);
      const values = await readMany(kv, [`${prefix}soon`, `${prefix}kept`]);
      assert.deepEqual([...values.values()], [null, 'value']);
    });

    it('keeps an entry for as long as its last write says', async () => {
      const prefix = fresh();
      const [longer, shorter, forever] = [
        `${prefix}longer`,
        `${prefix}shorter`,
        `${prefix}forever`,
      ];
      await kv.put(longer, 'value', { expiration: inSeconds(100) });
      await kv.put(longer, 'value', { expiration: inSeconds(1000) });
      await kv.put(shorter, 'value', {});
      await kv.put(shorter, 'value', { expiration: inSeconds(100) });
      await kv.put(forever, 'value', { expiration: inSeconds(100) });
      await kv.put(forever, 'value', {});
      await running.passes(110_000);
      await running.purge?.();
      assert.deepEqual(namesOf(await allKeys(kv, prefix)), [forever, longer]);
      assert.equal(await kv.get(shorter), null);
    });

    it('lists an entry that was written again after it had expired', async () => {
      const key = fresh();
      await kv.put(key, 'old', { expiration: inSeconds(100) });
      await running.passes(110_000);
      await kv.put(key, 'new', { expiration: inSeconds(100) });
      await running.purge?.();
      assert.deepEqual(namesOf(await allKeys(kv, key)), [key]);
      assert.equal(await kv.get(key), 'new');
    });

    it('takes keys, metadata and values up to the limits, and refuses what is longer', async () => {
      const { limited } = running;
      const key = fresh();
      const longest = `${key}${'é'.repeat((512 - key.length - 1) / 2)}k`;
      assert.equal(Buffer.byteLength(longest), 512);
      const metadata = 'm'.repeat(1024 - '""'.length);
      const value = 'v'.repeat(25 * MIB);
      await limited.put(longest, value, { metadata });
      assert.equal((await limited.get(longest))?.length, value.length);
      assert.equal((await limited.list({ prefix: longest })).keys[0]?.metadata, metadata);
      await assert.rejects(limited.put(`${longest}k`, 'value', {}), /key/);
      await assert.rejects(limited.put(key, 'value', { metadata: `${metadata}m` }), /etadata/);
      await assert.rejects(limited.put(key, `${value}v`, {}), /alue/);
      assert.equal(await limited.get(key), null);
    });

    it('refuses what Workers KV refuses', async () => {
      const key = fresh();
      for (const wrong of ['', '.', '..']) {
        await assert.rejects(kv.put(wrong, 'value', {}), /key/i, JSON.stringify(wrong));
      }
      await assert.rejects(kv.put(key, 'value', { expiration: inSeconds(50) }), /expiration/);
      await assert.rejects(kv.put(key, 'value', { expiration: inSeconds(-1) }), /expiration/);
      await assert.rejects(kv.list({ prefix: key, limit: 1001 }), /limit/);
      assert.equal(await kv.get(key), null);
    });
  });
}

describe('an adapter with the four methods of Workers KV', () => {
  const stored = new Map([['one', '1']]);
  const single = (key: string) => Promise.resolve(stored.get(key) ?? null);
  const isList = (key: unknown) => typeof key !== 'string';
  for (const [what, get] of [
    [
      'throws',
      (key: string) => {
        if (isList(key)) throw new TypeError('not a string');
        return single(key);
      },
    ],
    [
      'rejects',
      (key: string) => (isList(key) ? Promise.reject(new TypeError('not a string')) : single(key)),
    ],
    ['finds nothing', single],
  ] as const) {
    it(`is read key by key if it ${what} where Workers KV takes a list of keys`, async () => {
      const unused = () => Promise.reject(new Error('unused'));
      const kv = withBulkReads({ get, put: unused, delete: unused, list: unused });
      assert.deepEqual(
        [...(await readMany(kv, ['one', 'two']))],
        [
          ['one', '1'],
          ['two', null],
        ],
      );
    });
  }
});

function namesOf(keys: readonly { readonly name: string }[]): readonly string[] {
  return keys.map(({ name }) => name);
}
