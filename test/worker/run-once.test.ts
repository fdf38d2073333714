import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRunOnce } from '../../worker/util/run-once.ts';

it('does a thing once, however many ask for it at once or later', async () => {
  const runOnce = createRunOnce(Date.now);
  let done = 0;
  const work = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done++;
  };
  await Promise.all([runOnce('a', work), runOnce('a', work), runOnce('a', work)]);
  await runOnce('a', work);
  assert.equal(done, 1);
  await runOnce('b', work);
  assert.equal(done, 2);
});

it('tries again what has failed', async () => {
  const runOnce = createRunOnce(Date.now);
  await assert.rejects(
    runOnce('a', () => Promise.reject(new Error('no'))),
    /no/,
  );
  let done = 0;
  await runOnce('a', () => Promise.resolve(void done++));
  assert.equal(done, 1);
});

it('continues if the request that was doing it has been gone for half a minute', async () => {
  let now = 0;
  const runOnce = createRunOnce(() => now);
  void runOnce('a', () => new Promise(() => undefined));
  now = 30_000;
  let done = 0;
  await runOnce('a', () => Promise.resolve(void done++));
  assert.equal(done, 1);
});

it('remembers a thousand names', async () => {
  const runOnce = createRunOnce(Date.now);
  let done = 0;
  const work = () => Promise.resolve(void done++);
  for (let index = 0; index <= 1000; index++) await runOnce(String(index), work);
  await runOnce('1000', work);
  assert.equal(done, 1001, 'the newest is remembered');
  await runOnce('0', work);
  assert.equal(done, 1002, 'the oldest is not');
});
