import { Concurrency, Share } from '../../../../widget/core/throughput/concurrency.ts';
import { assert } from '../fake/assert.ts';

/** Of a part that is stored within a second. */
const PART_BYTES = 5 * 1024 * 1024;
const signal = new AbortController().signal;
/** The owner of a file in parts; `count` is the number of them. */
const named = (name = 'file', count = 20): Owner => ({
  name,
  share: new Share({ isStuck: false, count }),
});
const tick = () => new Promise((resolve) => setTimeout(resolve));

interface Owner {
  readonly name: string;
  readonly share: Share;
}

/** Asks for `count` slots and says which were given, in order. */
function ask(
  concurrency: Concurrency,
  owner: Owner,
  count: number,
  host = 'store.test',
  given: string[] = [],
  releases: (() => void)[] = [],
) {
  for (let index = 0; index < count; index++) {
    void concurrency.take(owner.share, `https://${host}/`, signal, false).then((release) => {
      given.push(owner.name);
      releases.push(release);
    });
  }
  return { releases, given };
}

describe('the concurrency', () => {
  it('begins with four, and opens up to six as soon as bytes move', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const { releases } = ask(concurrency, named(), 10);
    await tick();
    assert.equal(releases.length, 4);
    concurrency.moved();
    concurrency.moved();
    concurrency.moved();
    await tick();
    assert.equal(releases.length, 6);
  });

  /** Asks for a slot for each of ten files of one request. @returns what gives back each that was given. */
  const givenSingles = async (concurrency: Concurrency) => {
    const { releases } = ask(concurrency, named('first', 1), 1);
    for (let file = 1; file < 10; file++) {
      ask(concurrency, named(`file ${file}`, 1), 1, 'store.test', [], releases);
    }
    await tick();
    return releases;
  };

  it('begins with two files of one request, and opens up as soon as bytes move', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const releases = await givenSingles(concurrency);
    assert.equal(releases.length, 2);
    concurrency.moved();
    await tick();
    assert.equal(releases.length, 5);
  });

  it('opens up for files that report no progress once one is stored as fast as a line with room stores', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const releases = await givenSingles(concurrency);
    concurrency.stored(20_000, 900);
    await tick();
    assert.equal(releases.length, 5);
  });

  it('goes on with two of them on a thin line, beside the parts of large files', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const releases = await givenSingles(concurrency);
    for (let file = 0; file < 4; file++) concurrency.stored(200_000, 3300);
    await tick();
    assert.equal(releases.length, 2);
    ask(concurrency, named('large'), 10, 'store.test', [], releases);
    await tick();
    assert.equal(releases.length, 6);
  });

  it('sends others of them where two are stuck, and have moved nothing', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const releases = await givenSingles(concurrency);
    concurrency.lend('https://store.test/');
    concurrency.lend('https://store.test/');
    await tick();
    assert.equal(releases.length, 4);
  });

  it('sends the next of them where one was not stored', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const releases = await givenSingles(concurrency);
    releases[0]?.();
    await tick();
    assert.equal(releases.length, 3);
  });

  it('begins with four for each of several hosts', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 12;
    const { releases } = ask(concurrency, named(), 20, 'one.test');
    ask(concurrency, named(), 20, 'two.test', [], releases);
    await tick();
    assert.equal(releases.length, 8);
  });

  it('never opens more than six connections to one host, and six to each of several', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 12;
    for (let round = 0; round < 20; round++) concurrency.moved();
    const one = ask(concurrency, named(), 20, 'one.test');
    await tick();
    assert.equal(one.releases.length, 6);
    const two = ask(concurrency, named(), 20, 'two.test');
    await tick();
    assert.equal(two.releases.length, 6);
  });

  it('leaves one connection to the Worker where the store shares its host', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    concurrency.workerHost = 'store.test';
    for (let round = 0; round < 20; round++) concurrency.moved();
    const { releases } = ask(concurrency, named(), 20);
    await tick();
    assert.equal(releases.length, 5);
  });

  it('halves when the store asks for it, to one at last, and recovers part by part', async () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    concurrency.slowDown();
    assert.equal(concurrency.limit, 2);
    concurrency.slowDown();
    concurrency.slowDown();
    assert.equal(concurrency.limit, 1);
    concurrency.moved();
    assert.equal(concurrency.limit, 1, 'bytes that move are no longer enough');
    concurrency.stored(PART_BYTES, 1000);
    concurrency.stored(PART_BYTES, 1000);
    assert.equal(concurrency.limit, 3);
  });

  it('is fair: the file with the fewest requests out goes first', async () => {
    const concurrency = new Concurrency();
    const given: string[] = [];
    ask(concurrency, named('large'), 8, 'store.test', given);
    await tick();
    const small = named('small');
    ask(concurrency, small, 2, 'store.test', given);
    concurrency.max = 6;
    concurrency.moved();
    concurrency.moved();
    await tick();
    assert.deepEqual(given.slice(4), ['small', 'small']);
  });

  it('gives an aborted request’s place away, and rejects it', async () => {
    const concurrency = new Concurrency();
    const first = ask(concurrency, named(), 4);
    const abort = new AbortController();
    let isRejected = false;
    concurrency
      .take(named().share, 'https://store.test/', abort.signal, false)
      .catch(() => (isRejected = true));
    const last = ask(concurrency, named(), 1);
    abort.abort();
    await tick();
    first.releases[0]?.();
    await tick();
    assert.ok(isRejected);
    assert.equal(last.releases.length, 1);
  });

  /** Runs terms of five seconds on a line of so many bytes a millisecond for each limit. */
  async function run(rateAt: (limit: number) => number, terms: number): Promise<number[]> {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const { releases } = ask(concurrency, named(), 1000);
    await tick();
    concurrency.moved();
    concurrency.moved();
    const limits: number[] = [];
    let nowMs = 1;
    concurrency.sent(1, nowMs);
    for (let term = 0; term < terms; term++) {
      // Some requests end, others begin: so a new limit takes effect.
      for (const release of releases.splice(0, 4)) release();
      await tick();
      concurrency.sent(0, nowMs);
      nowMs += 5000;
      concurrency.sent(rateAt(concurrency.limit) * 5000, nowMs);
      limits.push(concurrency.limit);
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
