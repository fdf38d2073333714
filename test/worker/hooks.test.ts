/** Hooks in code, in an app of one's own: here in Node, with a KV in memory. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Hooks, Preparation } from '../../worker/hooks.ts';
import { ProblemError } from '../../worker/problem.ts';
import type { CreateAnswer, Result, UploadStatusAnswer } from '../../worker/protocol.ts';
import { apps } from './apps.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, MIB, random } from './s3/uploads.ts';

onEveryStore(
  'hooks',
  () => true,
  (running) => {
    const prefix = `hooks-tests/${randomUUID()}/`;
    const mount = apps(running, prefix);

    for (const bytes of [1000, 6 * MIB]) {
      const size = bytes > MIB ? 'in parts' : 'in one request';

      it(`prepare refuses an upload ${size}, with a reason that is shown`, async () => {
        const { client } = mount({ prepare: () => ({ refuse: 'The album is full.' }) });
        const slot = await client.tryCreate({ bytes });
        assert.ok('problem' in slot);
        assert.equal(slot.problem.code, 'forbidden');
        assert.equal(slot.problem.detail, 'The album is full.');
      });

      it(`prepare changes the key and metadata of an upload ${size}`, async () => {
        const key = `${prefix}albums/7/${randomUUID()}.bin`;
        const { client } = mount({ prepare: () => ({ key, metadata: { Album: 'Für Elise' } }) });
        const body = random(bytes);
        const { answer } = await client.upload(body);
        assert.equal(answer.body.key, key);
        assert.deepEqual(await download(running(), key), body);
        const object = await running().store.head(key);
        assert.deepEqual(object?.metadata, { album: 'Für Elise' });
      });

      it(`an object under the key that prepare returns is not replaced, ${size}`, async () => {
        const key = `${prefix}${randomUUID()}`;
        const { client } = mount({ prepare: () => ({ key }) });
        const body = random(bytes);
        await client.upload(body);
        if (running().config.profile.conditionalComplete) {
          const late = await client.upload(random(bytes));
          assert.equal(late.answer.problem.code, 'conflict');
        } else {
          const slot = await client.tryCreate({ bytes });
          assert.ok('problem' in slot && slot.problem.code === 'conflict');
        }
        assert.deepEqual(await download(running(), key), body);
      });

      it(`finalize runs once for an upload ${size} that is completed often`, async () => {
        const done: Result[] = [];
        const { client } = mount({ finalize: (_, result) => void done.push(result) });
        const { upload, parts } = await client.upload(random(bytes));
        const again = await Promise.all([1, 2, 3].map(() => client.complete(upload, { parts })));
        for (const { status, body } of again) {
          assert.equal(status, 200);
          assert.deepEqual(body, done[0]);
        }
        assert.equal(done.length, 1);
      });

      it(`finalize that fails is tried again when an upload ${size} is completed again`, async () => {
        let tries = 0;
        const events: string[] = [];
        const { client, log } = mount({
          finalize: () => {
            tries++;
            if (tries === 1) throw new Error('The database of secrets is down.');
          },
          onEvent: ({ type }) => void events.push(type),
        });
        const { upload, parts, answer } = await client.upload(random(bytes));
        assert.equal(answer.status, 503);
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.doesNotMatch(JSON.stringify(answer.body), /database/);
        assert.match(log.join(), /"message":"The database of secrets/);
        assert.equal((await client.complete(upload, { parts })).status, 200);
        assert.equal((await client.complete(upload, { parts })).status, 200);
        assert.equal(tries, 2);
        assert.deepEqual(events, ['prepared', 'completed']);
      });
    }

    it('what has to be asked first and cannot answer makes the page ask again', async () => {
      const down = () => {
        throw new Error('The database of secrets is down.');
      };
      const ways: [string, Parameters<typeof mount>][] = [
        ['prepare', [{ prepare: down }]],
        ['policy', [{}, { policy: down }]],
        ['authenticate', [{}, { authenticate: down }]],
      ];
      for (const [type, options] of ways) {
        const { client, log } = mount(...options);
        const { body, status, problem } = await client.post<CreateAnswer>('/uploads', {
          files: [{ id: randomUUID(), name: 'a', bytes: 1, type: '' }],
        });
        const [slot] = status === 200 ? body.uploads : [{ problem }];
        assert.ok(slot && 'problem' in slot, type);
        assert.equal(slot.problem.code, 'store_unavailable', type);
        assert.equal(slot.problem.retryAfter, 1, type);
        assert.ok(
          log.some((line) => line.includes('hook_failed') && line.includes(type)),
          type,
        );
        assert.doesNotMatch(JSON.stringify(slot), /database/, type);
        assert.match(log.join(), /"message":"The database of secrets/, type);
      }
    });

    it('finalize in another place does not run where the ledger says that it has', async () => {
      const done: Result[] = [];
      const hooks: Hooks = { finalize: (_, result) => void done.push(result) };
      const here = mount(hooks);
      const there = mount(hooks, { kv: here.kv });
      const { upload } = await here.client.upload(random(1000));
      assert.equal((await there.client.complete(upload)).status, 200);
      assert.equal(done.length, 1);
    });

    it('finalize adds to the result, for every Complete of the upload and from the record', async () => {
      let rows = 0;
      const hooks: Hooks = { finalize: (upload) => ({ data: { row: ++rows, name: upload.name } }) };
      const here = mount(hooks);
      const data = { row: 1, name: 'file.bin' };
      const { upload, answer, parts } = await here.client.upload(random(6 * MIB));
      assert.deepEqual(answer.body.data, data);
      assert.deepEqual((await here.client.complete(upload, { parts })).body.data, data);
      const there = mount(hooks, { kv: here.kv });
      assert.deepEqual((await there.client.complete(upload, { parts })).body.data, data);
      const state = await there.client.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
      assert.deepEqual(state.body.result?.data, data);
      assert.equal(rows, 1);
    });

    it('finalize that returns more than fits is told so by name', async () => {
      const { client } = mount({ finalize: () => ({ data: 'x'.repeat(9000) }) });
      const { answer } = await client.upload(random(10));
      assert.equal(answer.problem.code, 'misconfigured');
      assert.match(answer.problem.detail, /finalize hook returned more than 8192 bytes/);
    });

    it('finalize can refuse with a code of its own', async () => {
      const { client } = mount({
        finalize: () => {
          throw new ProblemError('type_not_allowed', 'This is no picture.');
        },
      });
      const { answer } = await client.upload(random(10));
      assert.equal(answer.status, 415);
      assert.equal(answer.problem.detail, 'This is no picture.');
    });

    it('prepare is held to what an upload may be', async () => {
      const impossible: Preparation[] = [
        { key: '../../other' },
        { key: `${prefix}a//b` },
        { key: '' },
        { metadata: { 'upload-token': 'x' } },
        { metadata: { 'a b': 'x' } },
        { metadata: { a: 'x'.repeat(3000) } },
      ];
      for (const preparation of impossible) {
        const { client } = mount({ prepare: () => preparation });
        const slot = await client.tryCreate({ bytes: 10 });
        assert.ok('problem' in slot, JSON.stringify(preparation));
      }
      const { client } = mount(
        { prepare: () => ({ key: `${prefix}elsewhere/x` }) },
        { authenticate: () => ({ owner: 'alice', claim: { prefix: 'only-here/' } }) },
      );
      const slot = await client.tryCreate({ bytes: 10 });
      assert.ok('problem' in slot && slot.problem.code === 'misconfigured');
    });

    it('events tell the whole story, after the fact, and undo nothing', async () => {
      const events: string[] = [];
      let now = Date.now();
      const lab = mount(
        {
          onEvent: ({ type, upload }) => {
            events.push(`${upload.name} ${type}`);
            throw new Error('nobody cares');
          },
        },
        { now: () => now },
      );
      const { client } = lab;
      await client.upload(random(10), { name: 'a' });
      const cancelled = await client.create({ bytes: 6 * MIB, name: 'b' });
      await client.delete(`/uploads/${cancelled.id}`);
      await client.create({ bytes: 6 * MIB, name: 'c' });
      now += 2 * 86_400_000;
      await lab.sweep();
      assert.deepEqual(events, [
        'a prepared',
        'a completed',
        'b prepared',
        'b aborted',
        'c prepared',
        'c expired',
      ]);
    });
  },
);

onEveryStore(
  'hooks and forms',
  ({ postPolicy, formETags }) => postPolicy && formETags,
  (running) => {
    const mount = apps(running, `hooks-tests/${randomUUID()}/`);

    it('a form that nobody watched is found by the cron trigger, and finalized', async () => {
      const done: Result[] = [];
      let now = Date.now();
      const { client, sweep } = mount(
        { finalize: (_, result) => void done.push(result) },
        { now: () => now, companion: true, forms: 'replaceable' },
      );
      const { body } = await client.get<{ url: string; fields: Record<string, string> }>(
        '/companion/s3/params?filename=a.txt&type=text/plain',
      );
      const form = new FormData();
      for (const [name, value] of Object.entries(body.fields)) form.set(name, value);
      form.set('file', new Blob(['hello']));
      assert.equal((await fetch(body.url, { method: 'POST', body: form })).status, 201);
      assert.equal(done.length, 0);
      // The form ends after 15 minutes, and the upkeep waits ten more: KV may be behind.
      now += 26 * 60_000;
      await sweep();
      await sweep();
      assert.deepEqual(
        done.map(({ key, bytes }) => [key, bytes]),
        [[body.fields['key'], 5]],
      );
    });
  },
);
