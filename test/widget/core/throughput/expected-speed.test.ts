import { ExpectedSpeed } from '../../../../widget/core/throughput/expected-speed.ts';
import { assert } from '../fake/assert.ts';

describe('the pace', () => {
  it('takes a request for stalled at a quarter of what others have shown', () => {
    const pace = new ExpectedSpeed();
    pace.stored(8_000_000, 1000);
    assert.equal(pace.least(0), 2000);
  });

  it('is four times as patient after each stall, and never for less than 32 kbit/s', () => {
    const pace = new ExpectedSpeed();
    pace.stored(8_000_000, 1000);
    assert.equal(pace.least(1), 500);
    assert.equal(pace.least(2), 125);
    assert.equal(pace.least(50), 4);
  });

  it('is not misled by a small body, but comes to know a line that has slowed down', () => {
    const pace = new ExpectedSpeed();
    pace.stored(8_000_000, 1000);
    pace.stored(100, 100);
    assert.ok(pace.least(0) > 1500);
    for (let times = 0; times < 60; times++) pace.stored(80_000, 1000);
    assert.ok(pace.least(0) < 25);
  });

  it('expects 8 Mbit/s before it knows', () => {
    assert.equal(new ExpectedSpeed().least(0), 256);
  });

  it('allows a late answer more time after each stall, up to ten minutes', () => {
    const pace = new ExpectedSpeed();
    assert.equal(pace.answerMs, 0);
    pace.awaited(36_000, true);
    assert.equal(pace.answerMs, 108_000);
    pace.awaited(144_000, true);
    assert.equal(pace.answerMs, 432_000);
    pace.awaited(468_000, true);
    assert.equal(pace.answerMs, 600_000);
  });

  it('comes back to answers in time once they are', () => {
    const pace = new ExpectedSpeed();
    pace.awaited(36_000, true);
    pace.awaited(100_000, false);
    assert.equal(pace.answerMs, 100_000);
    for (let times = 0; times < 80; times++) pace.awaited(50, false);
    assert.ok(pace.answerMs < 100);
  });
});
