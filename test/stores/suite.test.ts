/**
 * Asks a store for each row of the compatibility table, and compares with the results of before.
 * `UPDATE_RESULTS=yes` writes them anew; then `npm run docs` writes docs/compatibility.md.
 */
import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, it } from 'node:test';
import { onEveryStore } from '../worker/s3/stores.ts';
import { readResults, writeResults } from './results.ts';
import type { Outcome } from './row.ts';
import { ROWS } from './rows.ts';
import { openScene, type Scene } from './scene.ts';
import { testedStore, type TestedStore } from './stores.ts';

onEveryStore(
  'compatibility',
  () => true,
  (running) => {
    const found: Record<string, Outcome> = {};
    let scene: Scene;
    let store: TestedStore | undefined;

    before(async () => {
      const { profile } = running().config;
      store = testedStore(profile.name === 'r2-local');
      if (store !== undefined) assert.equal(profile.name, store.profile, 'S3_PROFILE');
      scene = await openScene(running());
    });
    after(async () => {
      await scene.stop();
      if (store === undefined || process.env['UPDATE_RESULTS'] !== 'yes') return;
      writeResults(store.id, { ...readResults(store.id), ...found });
    });

    for (const { id, behaviour, isRace = false, ask } of ROWS) {
      it(behaviour, async (test) => {
        const outcome = explained(await ask(scene), id, store);
        found[id] = outcome;
        test.diagnostic([id, outcome.answer, outcome.note].filter(Boolean).join(': '));
        if (store === undefined || process.env['UPDATE_RESULTS'] === 'yes') return;
        const before = readResults(store.id)[id];
        if (isRace && before?.answer === 'no' && outcome.answer === 'yes') return;
        assert.deepEqual(outcome, before, 'the results of before');
      });
    }
  },
);

/** The outcome with the remark of the store, where the row has none. */
function explained(outcome: Outcome, id: string, store: TestedStore | undefined): Outcome {
  if (outcome.answer !== 'no' || outcome.note !== undefined) return outcome;
  const note = store?.gaps?.[id];
  assert.ok(note ?? store === undefined, `test/stores/stores.ts does not say what this means`);
  return note === undefined ? outcome : { answer: 'no', note };
}
