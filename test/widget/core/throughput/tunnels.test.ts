/** Lines that break every few seconds, simulated: how much comes through, and how much is sent for it. */
import { Concurrency, Share } from '../../../../widget/core/throughput/concurrency.ts';
import { assert } from '../fake/assert.ts';

const MIB = 2 ** 20;
const STEP_MS = 50;

interface Line {
  /** For all requests together, shared equally. */
  readonly bytesPerMs: number;
  /** Most that one request gets. */
  readonly mostPerRequest?: number;
  /** Time between two drops; each loses everything that is in flight. */
  readonly upMs: number;
  /** @default Infinity */
  readonly drops?: number;
  readonly partBytes: number;
  readonly parts: number;
}

interface Run {
  readonly stored: number;
  readonly bytesSent: number;
  readonly ms: number;
  /** Requests in flight when the line dropped. */
  readonly lost: readonly number[];
}

const signal = new AbortController().signal;

/** Sends the parts on that line as the engine does, for at most so long. */
async function run(
  {
    bytesPerMs,
    mostPerRequest = Infinity,
    upMs,
    drops: mostDrops = Infinity,
    partBytes,
    parts,
  }: Line,
  longestMs: number,
): Promise<Run> {
  const concurrency = new Concurrency();
  concurrency.max = 6;
  const share = new Share({ isStuck: false, count: 20 });
  const flights = new Set<{ sent: number; drops: number; release: () => void }>();
  const ask = (isAgain: boolean) =>
    void concurrency.take(share, 'https://store.test/', signal, isAgain).then((release) => {
      flights.add({ sent: 0, drops: concurrency.drops.count, release });
    });
  for (let part = 0; part < parts; part++) ask(false);
  let stored = 0;
  let bytesSent = 0;
  let ms = 0;
  const lost: number[] = [];
  for (; ms < longestMs && stored < parts; ms += STEP_MS) {
    // Slots are granted in microtasks.
    await Promise.resolve();
    await Promise.resolve();
    if (ms > 0 && ms % upMs === 0 && lost.length < mostDrops) {
      lost.push(flights.size);
      const broken = [...flights];
      flights.clear();
      for (const { drops } of broken) concurrency.lost(share, drops);
      for (const { release } of broken) {
        ask(true);
        release();
      }
      continue;
    }
    const bytes = Math.min(mostPerRequest, bytesPerMs / flights.size) * STEP_MS;
    for (const flight of flights) {
      if (flight.sent === 0) concurrency.moved();
      flight.sent += bytes;
      bytesSent += bytes;
      concurrency.sent(bytes, ms);
      if (flight.sent < partBytes) continue;
      flights.delete(flight);
      stored++;
      concurrency.stored(partBytes, 1000);
      flight.release();
    }
  }
  return { stored, bytesSent, ms, lost };
}

/** A line that carries so many parts of 8 MiB between two drops, ten seconds apart. */
const tunnel = (parts: number, count = 16): Line => ({
  bytesPerMs: (parts * 8 * MIB) / 10_000,
  upMs: 10_000,
  partBytes: 8 * MIB,
  parts: count,
});

describe('on a line that drops every ten seconds', () => {
  for (const carried of [1.3, 1.9, 2.5, 3.5, 5, 8]) {
    it(`and carries ${carried} parts in between, all parts arrive for at most 2.5 times their bytes`, async () => {
      const { stored, bytesSent } = await run(tunnel(carried), 400_000);
      assert.equal(stored, 16);
      const times = bytesSent / (16 * 8 * MIB);
      assert.ok(times <= 2.5, `${times} times the bytes`);
    });
  }

  it('and is thin, one request is in flight from the third drop on', async () => {
    const { lost } = await run(tunnel(1.5), 400_000);
    assert.deepEqual(lost.slice(0, 3), [6, 3, 1]);
    assert.ok(
      lost.slice(3).every((count) => count === 1),
      `${lost}`,
    );
  });

  it('and is fat, no drop lowers the number, and a tenth of the bytes at most is sent twice', async () => {
    const { stored, bytesSent, lost } = await run(tunnel(60, 400), 100_000);
    assert.equal(stored, 400);
    // Where fewer requests carry as much, trials go down to four.
    assert.ok(
      lost.every((count) => count >= 4),
      `${lost}`,
    );
    assert.ok(bytesSent <= 1.1 * 400 * 8 * MIB, `${bytesSent}`);
  });

  it('until it drops no more, six are in flight again once twelve parts have come through', () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const share = new Share({ isStuck: false, count: 20 });
    for (let drop = 0; drop < 3; drop++) concurrency.lost(share, concurrency.drops.count);
    assert.equal(concurrency.limit, 1);
    concurrency.moved();
    concurrency.moved();
    const limits = Array.from({ length: 12 }, () => {
      concurrency.stored(8 * MIB, 1000);
      return concurrency.limit;
    });
    assert.deepEqual(limits, [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
  });
});

describe('on a line that never drops', () => {
  /** A far line, on which each request brings its share. */
  const far = { bytesPerMs: 100_000, mostPerRequest: 2000, partBytes: 8 * MIB };
  /** Milliseconds for so many parts on all six requests. */
  const leastMs = (parts: number) => (parts * 8 * MIB) / (6 * 2000);

  it('the full number is in flight, and nothing is sent twice', async () => {
    const { bytesSent, ms } = await run({ ...far, upMs: Infinity, parts: 600 }, 1e6);
    assert.ok(ms <= leastMs(600) * 1.06, `${ms} of ${leastMs(600)} ms`);
    assert.ok(bytesSent <= 600 * 8 * MIB * 1.02, `${bytesSent}`);
  });

  it('but once, before any part is whole, costs no more than the time of 30 parts', async () => {
    const without = await run({ ...far, upMs: Infinity, parts: 120 }, 1e6);
    const { ms, lost } = await run({ ...far, upMs: 4000, drops: 1, parts: 120 }, 1e6);
    assert.deepEqual(lost, [6]);
    assert.ok(ms - without.ms <= leastMs(30), `${ms - without.ms} of ${leastMs(30)} ms`);
  });
});

describe('a drop of the line', () => {
  it('counts once for all requests that were in flight together', () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    concurrency.moved();
    concurrency.moved();
    const drops = concurrency.drops.count;
    for (let request = 0; request < 6; request++)
      concurrency.lost(new Share({ isStuck: false, count: 20 }), drops);
    assert.equal(concurrency.limit, 3);
    assert.equal(concurrency.drops.count, drops + 1);
  });

  it('of an upload that is stuck, while others store parts, slows down nothing', () => {
    const concurrency = new Concurrency();
    concurrency.max = 6;
    const { limit } = concurrency;
    concurrency.stored(8 * MIB, 1000);
    concurrency.lost(new Share({ isStuck: true, count: 20 }), concurrency.drops.count);
    assert.ok(concurrency.limit >= limit, `${concurrency.limit}`);
  });
});
