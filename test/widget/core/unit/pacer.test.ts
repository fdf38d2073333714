import { Job } from '../../../../widget/core/job.ts';
import { Pacer } from '../../../../widget/core/pacer.ts';
import { assert } from '../fake/assert.ts';

const signal = new AbortController().signal;
const job = (name = 'file') => new Job({ file: new File([], name) });
const tick = () => new Promise((resolve) => setTimeout(resolve));

/** Asks for `count` slots and says which were given, in order. */
function ask(
  pacer: Pacer,
  owner: Job,
  count: number,
  host = 'store.test',
  given: string[] = [],
  releases: (() => void)[] = [],
) {
  for (let index = 0; index < count; index++) {
    void pacer.take(owner, `https://${host}/`, signal, false).then((release) => {
      given.push(owner.file.name);
      releases.push(release);
    });
  }
  return { releases, given };
}

describe('the pacer', () => {
  it('begins with four, and opens up to six as soon as bytes move', async () => {
    const pacer = new Pacer();
    pacer.max = 6;
    const { releases } = ask(pacer, job(), 10);
    await tick();
    assert.equal(releases.length, 4);
    pacer.moved();
    pacer.moved();
    pacer.moved();
    await tick();
    assert.equal(releases.length, 6);
  });

  it('begins with four for each of several hosts', async () => {
    const pacer = new Pacer();
    pacer.max = 12;
    const { releases } = ask(pacer, job(), 20, 'one.test');
    ask(pacer, job(), 20, 'two.test', [], releases);
    await tick();
    assert.equal(releases.length, 8);
  });

  it('never opens more than six connections to one host, and six to each of several', async () => {
    const pacer = new Pacer();
    pacer.max = 12;
    for (let round = 0; round < 20; round++) pacer.moved();
    const one = ask(pacer, job(), 20, 'one.test');
    await tick();
    assert.equal(one.releases.length, 6);
    const two = ask(pacer, job(), 20, 'two.test');
    await tick();
    assert.equal(two.releases.length, 6);
  });

  it('leaves one connection to the Worker where the store shares its host', async () => {
    const pacer = new Pacer();
    pacer.max = 6;
    pacer.workerHost = 'store.test';
    for (let round = 0; round < 20; round++) pacer.moved();
    const { releases } = ask(pacer, job(), 20);
    await tick();
    assert.equal(releases.length, 5);
  });

  it('halves when the store asks for it, to one at last, and recovers part by part', async () => {
    const pacer = new Pacer();
    pacer.max = 6;
    pacer.slowDown();
    assert.equal(pacer.limit, 2);
    pacer.slowDown();
    pacer.slowDown();
    assert.equal(pacer.limit, 1);
    pacer.moved();
    assert.equal(pacer.limit, 1, 'bytes that move are no longer enough');
    pacer.stored();
    pacer.stored();
    assert.equal(pacer.limit, 3);
  });

  it('is fair: the file with the fewest requests out goes first', async () => {
    const pacer = new Pacer();
    const given: string[] = [];
    ask(pacer, job('large'), 8, 'store.test', given);
    await tick();
    const small = job('small');
    ask(pacer, small, 2, 'store.test', given);
    pacer.max = 6;
    pacer.moved();
    pacer.moved();
    await tick();
    assert.deepEqual(given.slice(4), ['small', 'small']);
  });

  it('gives an aborted request’s place away, and rejects it', async () => {
    const pacer = new Pacer();
    const first = ask(pacer, job(), 4);
    const abort = new AbortController();
    let isRejected = false;
    pacer.take(job(), 'https://store.test/', abort.signal, false).catch(() => (isRejected = true));
    const last = ask(pacer, job(), 1);
    abort.abort();
    await tick();
    first.releases[0]?.();
    await tick();
    assert.ok(isRejected);
    assert.equal(last.releases.length, 1);
  });

  /** Runs terms of five seconds on a line of so many bytes a millisecond for each limit. */
  async function run(rateAt: (limit: number) => number, terms: number): Promise<number[]> {
    const pacer = new Pacer();
    pacer.max = 6;
    const { releases } = ask(pacer, job(), 1000);
    await tick();
    pacer.moved();
    pacer.moved();
    const limits: number[] = [];
    let nowMs = 1;
    pacer.sent(1, nowMs);
    for (let term = 0; term < terms; term++) {
      // Some requests end, others begin: so a new limit takes effect.
      for (const release of releases.splice(0, 4)) release();
      await tick();
      pacer.sent(0, nowMs);
      nowMs += 5000;
      pacer.sent(rateAt(pacer.limit) * 5000, nowMs);
      limits.push(pacer.limit);
    }
    return limits;
  }

  it('goes down where fewer carry as much', async () => {
    const limits = await run(() => 1000, 40);
    assert.ok(limits.slice(20).filter((limit) => limit === 4).length >= 16, `${limits}`);
  });

  it('stays where each connection brings its share, and hardly ever tries', async () => {
    const limits = await run((limit) => limit * 1000, 80);
    const below = limits.filter((limit) => limit < 6).length;
    assert.ok(below > 0 && below < 16, `${below} of 80 terms`);
  });

  it('comes back up when the line has changed', async () => {
    let term = 0;
    const limits = await run((limit) => (term++ < 40 ? 1000 : limit * 1000), 120);
    assert.ok(limits.slice(20, 40).filter((limit) => limit === 4).length >= 16, `${limits}`);
    assert.equal(Math.max(...limits.slice(80)), 6);
  });
});
