/** Where the Worker offers it, parts go through it for a page that cannot reach the store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WITHOUT_CORS } from './answers.ts';
import { assertWhole, FOUR_PARTS } from './rig.ts';
import { withRig } from './suite.ts';

const PARTS = 4;
const THROUGH_WORKER = { method: 'PUT', path: /\/uploads\/[\w-]+\/parts\/\d+$/ } as const;

withRig(
  'relay',
  (rig) => {
    /** Parts that the Worker was sent. */
    const relayed = (): number =>
      rig().front.traffic.seen.filter(
        ({ method, url }) => method === 'PUT' && THROUGH_WORKER.path.test(url.pathname),
      ).length;

    test('a store that the page cannot reach at all is reached through the Worker', async () => {
      await rig().lane.down();
      const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
      await assertWhole(rig(), uploaded);
      assert.equal(uploaded.upload.relayed, true);
      assert.equal(relayed(), PARTS, 'each part once');
    });

    test('a bucket without a CORS rule is', async () => {
      rig().lane.fault({ when: { method: 'OPTIONS' }, times: Infinity, fault: WITHOUT_CORS });
      const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
      await assertWhole(rig(), uploaded);
      assert.equal(uploaded.upload.relayed, true);
      assert.equal(rig().lane.traffic.count('PUT'), 0);
    });

    test('so is it for a small file in one request, and for an empty one', async () => {
      await rig().lane.down();
      for (const bytes of [0, 1000]) {
        const uploaded = await rig().upload(await rig().file(bytes, 'small'));
        await assertWhole(rig(), uploaded);
        assert.equal(uploaded.upload.relayed, true, `${bytes} bytes`);
      }
    });

    test('a store that goes out of reach in the middle is left for the Worker, and nothing is sent twice', async () => {
      const tab = await rig().tab();
      const file = await rig().file(FOUR_PARTS);
      await tab.open({ concurrency: 1 });
      await tab.pick(file.path);
      await tab.add();
      await tab.when(({ loaded }) => loaded > 0);
      await rig().lane.down();
      const [upload] = await tab.settled();
      assert.ok(upload);
      await assertWhole(rig(), { tab, upload, file, endedAt: performance.now() });
      assert.equal(upload.relayed, true);
      assert.ok(relayed() < PARTS, 'what the store had stays there');
    });

    test('one request without an answer is no reason', async () => {
      const fault = rig().lane.fault({
        when: { method: 'PUT', part: 2 },
        fault: { kind: 'reset', at: 0.5 },
      });
      const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
      await assertWhole(rig(), uploaded, { faults: [fault] });
      assert.equal(uploaded.upload.relayed, false);
      assert.equal(relayed(), 0);
    });

    test('nor is an outage of everything', async () => {
      const tab = await rig().tab();
      const file = await rig().file(FOUR_PARTS);
      await tab.open({ concurrency: 1 });
      await tab.pick(file.path);
      await tab.add();
      await tab.when(({ loaded }) => loaded > 0);
      await Promise.all([rig().lane.down(), rig().front.down()]);
      await tab.when(({ status }) => status === 'waiting');
      await Promise.all([rig().lane.up(), rig().front.up()]);
      const [upload] = await tab.settled();
      assert.ok(upload);
      await assertWhole(rig(), { tab, upload, file, endedAt: performance.now() });
      assert.equal(relayed(), 0);
    });

    for (const [what, fault] of [
      ['a reply of the Worker that is lost', { kind: 'lose-reply' }],
      ['a bit that flips on the way to it', { kind: 'flip-bit', atByte: 1_000_000 }],
      ['a connection to it that breaks', { kind: 'reset', at: 0.5 }],
    ] as const) {
      test(`${what} costs one more request`, async () => {
        await rig().lane.down();
        const handle = rig().front.fault({ when: THROUGH_WORKER, fault });
        const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
        await assertWhole(rig(), uploaded, { faults: [handle] });
        assert.equal(relayed(), PARTS + 1);
      });
    }

    test('where the Worker cannot reach the store either, the upload waits for it', async () => {
      const tab = await rig().tab();
      const file = await rig().file(FOUR_PARTS);
      await tab.open();
      await tab.pick(file.path);
      const created = rig().lane.fault({
        when: { method: 'PUT' },
        fault: { kind: 'reset', at: 0 },
      });
      await tab.add();
      await created.begun;
      await Promise.all([rig().lane.down(), rig().control.down()]);
      await tab.when(({ status }) => status === 'waiting');
      await Promise.all([rig().lane.up(), rig().control.up()]);
      const [upload] = await tab.settled();
      assert.ok(upload);
      await assertWhole(rig(), { tab, upload, file, endedAt: performance.now() }, { extraPuts: 8 });
    });
  },
  { RELAY: 'on' },
);
