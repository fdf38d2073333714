/** Who writes to an upload in chunks, and the memory for its parts, of which an isolate has little. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns } from '../../../worker/chunked/turns.ts';

const MIB = 1024 * 1024;

describe('the turn to write to an upload', () => {
  it('is not given to two requests that ask at the same moment', async () => {
    const turns = createTurns(Date.now);
    const [first, second] = [turns.take('upload'), turns.take('upload')];
    const turn = await first;
    turn.moved();
    await assert.rejects(second, { code: 'conflict' });
    turn.moved();
    turn.end();
    (await turns.take('upload')).end();
  });
});

describe('memory for parts', () => {
  it('is not given to more parts than there is room for, asked for at the same moment', async () => {
    const turns = createTurns(Date.now);
    const given: (() => void)[] = [];
    const all = [1, 2, 3].map(async () => given.push(await turns.reserve(16 * MIB)));
    await Promise.race(all);
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(given.length, 2);
    given[0]?.();
    await Promise.all(all);
    assert.equal(given.length, 3);
  });

  it('is given to one part that is larger than all of it', async () => {
    const giveBack = await createTurns(Date.now).reserve(64 * MIB);
    giveBack();
  });

  it('is refused, for now, where none becomes free', async () => {
    const turns = createTurns(Date.now);
    await turns.reserve(40 * MIB);
    await assert.rejects(turns.reserve(1), { code: 'rate_limited' });
  });
});
