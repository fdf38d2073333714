import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createOnce } from '../../worker/util/once.ts';

it('does a thing once, however many ask for it at once or later', async () => {
  const once = createOnce(Date.now);
  let done = 0;
  const work = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done++;
  };
  await Promise.all([once('a', work), once('a', work), once('a', work)]);
  await once('a', work);
  assert.equal(done, 1);
  await once('b', work);
  assert.equal(done, 2);
});

it('tries again what has failed', async () => {
  const once = createOnce(Date.now);
  await assert.rejects(
    once('a', () => Promise.reject(new Error('no'))),
    /no/,
  );
  let done = 0;
  await once('a', () => Promise.resolve(void done++));
  assert.equal(done, 1);
});

it('goes on when whoever was doing it has been gone for half a minute', async () => {
  let now = 0;
  const once = createOnce(() => now);
  void once('a', () => new Promise(() => undefined));
  now = 30_000;
  let done = 0;
  await once('a', () => Promise.resolve(void done++));
  assert.equal(done, 1);
});

it('remembers a thousand names', async () => {
  const once = createOnce(Date.now);
  let done = 0;
  const work = () => Promise.resolve(void done++);
  for (let index = 0; index <= 1000; index++) await once(String(index), work);
  await once('1000', work);
  assert.equal(done, 1001, 'the newest is remembered');
  await once('0', work);
  assert.equal(done, 1002, 'the oldest is not');
});
