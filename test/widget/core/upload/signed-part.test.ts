import { isFresh } from '../../../../widget/core/upload/signed-part.ts';
import { now } from '../../../../widget/core/util/clock.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

const REQUEST = { number: 1, method: 'PUT', url: 'https://s3.example/', headers: {} } as const;

describe('a signed request', () => {
  let clock: FakeClock;
  beforeEach(() => (clock = fakeClock()));
  afterEach(() => clock.restore());
  const freshFor = (expiresIn: number, ms: number): boolean => {
    const part = { request: REQUEST, signedAt: now(), expiresIn };
    clock.pass(ms);
    return isFresh(part);
  };

  it('is used for nine tenths of its time, less the second that its date leaves out', () => {
    assert.ok(freshFor(900, 808_000));
    assert.ok(!freshFor(900, 810_000));
    assert.ok(freshFor(10, 7900));
    assert.ok(!freshFor(10, 8100));
  });

  it('is used also where it is good for two seconds alone', () => {
    assert.ok(freshFor(2, 1300));
    assert.ok(!freshFor(2, 1500));
  });

  it('was never fresh where there is none', () => {
    assert.ok(!isFresh(undefined));
  });
});
