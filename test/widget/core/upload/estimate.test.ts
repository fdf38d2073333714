import { Estimate, type Forecast } from '../../../../widget/core/upload/estimate.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

const MB = 1e6;
const STEP_MS = 100;

describe('an estimate', () => {
  let clock: FakeClock;
  let estimate: Estimate;
  let moved: number;
  let pending: number;
  beforeEach(() => {
    clock = fakeClock();
    estimate = new Estimate();
    moved = 0;
    pending = 1000 * MB;
  });
  afterEach(() => clock.restore());

  /** What is shown during so many seconds on a line of `bytesPerSecond(at)`, ten times a second. */
  function during(seconds: number, bytesPerSecond: (at: number) => number): Forecast[] {
    const shown: Forecast[] = [];
    for (let step = 0; step < (seconds * 1000) / STEP_MS; step++) {
      clock.pass(STEP_MS);
      const rate = bytesPerSecond((step * STEP_MS) / 1000);
      const bytes = Math.min(pending, Math.round((rate * STEP_MS) / 1000));
      moved += bytes;
      pending -= bytes;
      shown.push(estimate.look(moved, pending));
    }
    return shown;
  }

  const steady = () => 10 * MB;
  const timesOf = (shown: readonly Forecast[]) =>
    shown.flatMap(({ secondsLeft }) => secondsLeft ?? []);
  const risesOf = (shown: readonly Forecast[]) => {
    const times = timesOf(shown);
    return times.filter((time, at) => time > (times[at - 1] ?? Infinity));
  };
  const last = (shown: readonly Forecast[]) => shown.at(-1) ?? {};
  /** Seconds are rounded up, and what is rounded is a fraction of two sums. */
  const assertAbout = (time: number | undefined, right: number) =>
    assert.ok(time === right || time === right + 1, `${time} s instead of ${right} s`);

  it('is unknown until it has been measured, and right from then on', () => {
    const shown = during(20, steady);
    assert.equal(shown[5]?.bytesPerSecond, undefined);
    assert.equal(shown[15]?.secondsLeft, undefined);
    assertAbout(last(shown).secondsLeft, 80);
    assert.equal(last(shown).bytesPerSecond, 10 * MB);
    assert.ok(timesOf(shown).length > 150);
  });

  it('does not rise because the line wobbles', () => {
    let seed = 7;
    const noise = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const shown = during(90, () => 10 * MB * (0.3 + 1.4 * noise()));
    assert.deepEqual(risesOf(shown), []);
    const [time = 0] = timesOf(shown).slice(300);
    assert.ok(time > 50 && time < 75, `${time} s after 33 s of 100`);
  });

  it('does not take for the line what only fills the machine’s buffers', () => {
    const shown = during(60, (at) => (at < 0.5 ? 20 * MB : 0.25 * MB));
    assert.deepEqual(risesOf(shown), []);
    const [first = 0] = timesOf(shown);
    assert.ok(first > 3500 && first < 4400, `${first} s at first, of 3,960`);
  });

  it('rises once the line has been slower for ten seconds, and not before', () => {
    const [before = 0] = timesOf(during(20, steady)).slice(-1);
    const shown = during(40, () => 2 * MB);
    const at = shown.findIndex(({ secondsLeft = 0 }) => secondsLeft > before);
    assert.ok(at >= 100 && at < 140, `after ${at / 10} s`);
    const { secondsLeft = 0 } = last(shown);
    const right = pending / (2 * MB);
    assert.ok(
      secondsLeft > right / 1.3 && secondsLeft <= right * 1.1,
      `${secondsLeft} of ${right}`,
    );
  });

  it('falls at once when the line is faster', () => {
    during(20, steady);
    const { secondsLeft = 0 } = last(during(10, () => 40 * MB));
    assert.ok(secondsLeft < 20, `${secondsLeft} s`);
  });

  it('rises by what has to be sent in addition, and by no more', () => {
    during(20, steady);
    pending += 300 * MB;
    const { secondsLeft } = last(during(0.1, steady));
    assertAbout(secondsLeft, 110);
  });

  it('does not rise while nothing moves; the rate falls', () => {
    const { secondsLeft = 0 } = last(during(20, steady));
    const shown = during(10, () => 0);
    assert.deepEqual(new Set(timesOf(shown)).size, 1);
    assert.equal(last(shown).secondsLeft, secondsLeft);
    assert.ok((last(shown).bytesPerSecond ?? 0) < 5 * MB);
  });

  it('is hidden during a break, and the same after it', () => {
    during(20, steady);
    estimate.rest();
    clock.pass(30_000);
    const shown = during(3, steady);
    assert.equal(shown[0]?.secondsLeft, undefined);
    assertAbout(last(shown).secondsLeft, 77);
    assert.deepEqual(risesOf(shown), []);
  });

  it('begins anew after a long break: the line may be another one', () => {
    during(20, steady);
    estimate.rest();
    clock.pass(120_000);
    const shown = during(6, () => MB);
    assert.equal(shown[15]?.secondsLeft, undefined);
    assertAbout(last(shown).secondsLeft, 794);
  });

  it('is at least a second, and gone once everything has left', () => {
    const shown = during(110, steady);
    assert.equal(Math.min(...timesOf(shown)), 1);
    assert.deepEqual(last(shown), {});
  });
});
