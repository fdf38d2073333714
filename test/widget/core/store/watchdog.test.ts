import { watch } from '../../../../widget/core/store/watchdog.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

describe('the watchdog', () => {
  let clock: FakeClock;
  let stalls = 0;
  beforeEach(() => {
    clock = fakeClock();
    stalls = 0;
  });
  afterEach(() => clock.restore());
  const start = () => watch(30_000, () => stalls++);

  it('barks once nothing has moved for 30 s, and not before', () => {
    start();
    clock.pass(29_000);
    assert.equal(stalls, 0);
    clock.pass(8_000);
    assert.equal(stalls, 1);
    clock.pass(100_000);
    assert.equal(stalls, 1);
  });

  it('is quiet as long as something moves now and then', () => {
    const dog = start();
    for (let at = 0; at < 20; at++) {
      clock.pass(25_000);
      dog.touch();
    }
    assert.equal(stalls, 0);
  });

  it('does not take a sleeping tab for a stall, and gives it time to wake up', () => {
    const dog = start();
    clock.pass(20_000);
    clock.sleep(3_600_000);
    clock.pass(1000);
    assert.equal(stalls, 0);
    dog.touch();
    clock.pass(29_000);
    assert.equal(stalls, 0);
    clock.pass(8_000);
    assert.equal(stalls, 1, 'a dead line after waking is found');
  });

  it('finds a stall in a background tab, whose timers come once a minute', () => {
    start();
    for (let minute = 0; minute < 8; minute++) clock.sleep(60_000);
    assert.equal(stalls, 1);
  });

  it('waits longer for an answer after a slow body', () => {
    const dog = start();
    dog.extend(60_000);
    clock.pass(80_000);
    assert.equal(stalls, 0);
    clock.pass(20_000);
    assert.equal(stalls, 1);
  });

  it('is gone when it is stopped', () => {
    const dog = start();
    dog.stop();
    clock.pass(100_000);
    assert.equal(stalls, 0);
  });
});
