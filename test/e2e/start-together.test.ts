/** That a file of tests ends where one of the things that it starts side by side does not start. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { ROOT } from '../run/imports.ts';
import { startTogether } from '../start-together.ts';

/** Of several that have started, none where one has failed. */
const ASSIGNED = /= await Promise\.all\(\[[^;]*\b(start|launch|open|serve)\w*\(/;

const failure = new Error('It does not start.');

const failing = (): Promise<never> => Promise.reject(failure);

test('what is started side by side comes in its order', async () => {
  const slow = sleep(5, 'the first');
  assert.deepEqual(await startTogether(slow, Promise.resolve(2)), ['the first', 2]);
});

for (const way of ['close', 'stop', 'end'] as const) {
  test(`what starts after another has failed is ended by its ${way}`, async () => {
    const ended: string[] = [];
    const starting = ['one', 'other'].map((name) => sleep(5, { [way]: () => ended.push(name) }));
    await assert.rejects(startTogether(...starting, failing()), failure);
    assert.deepEqual(ended, ['one', 'other']);
  });
}

test('one that cannot be ended, or has no end, hides no failure', async () => {
  const ended: string[] = [];
  const broken = { close: () => Promise.reject(new Error('It does not end.')) };
  const last = { stop: () => ended.push('last') };
  const starting = [broken, { settings: 1 }, undefined, last].map((one) => sleep(5, one));
  await assert.rejects(startTogether(...starting, failing()), failure);
  assert.deepEqual(ended, ['last']);
});

test('no test starts things side by side in another way', () => {
  const others = globSync('test/**/*.ts', { cwd: ROOT, exclude: ['**/node_modules/**'] }).filter(
    (file) => ASSIGNED.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  assert.deepEqual(others, []);
});
