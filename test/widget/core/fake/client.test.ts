/** That tests which run at the same time do not take the fake from one another. */
import { assert } from './assert.ts';
import { fake, type Fake } from './client.ts';

describe('a space of the fake', () => {
  let last: Fake;

  it('is kept while its test waits, however many others are made', async () => {
    last = await fake();
    for (let at = 0; at < 40; at++) await fake();
    assert.deepEqual((await last.report()).log, []);
  });

  it('ends with its test', async () => {
    assert.equal((await fetch(`${last.endpoint}/policy`)).status, 404);
  });
});
