import { Attempts } from '../../../../widget/core/faults/attempts.ts';
import { backoffMs } from '../../../../widget/core/faults/backoff.ts';
import { verdict, type History } from '../../../../widget/core/faults/verdict.ts';
import type { Answered, Outcome } from '../../../../widget/core/store/outcome.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

const FIRST: History = {
  faults: 0,
  refusals: 0,
  mismatches: 0,
  sinceMs: 0,
  patienceMs: 600_000,
  isOnline: true,
};
const answered = (status: number, code?: string, more: Partial<Answered> = {}): Outcome => ({
  kind: 'answered',
  status,
  code,
  ...more,
});

describe('the verdict on an answer', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, R2's own, and the Worker's.
  const table: readonly (readonly [string, number, string?])[] = [
    ['retry', 500, 'InternalError'],
    ['retry', 502],
    ['retry', 503, 'SlowDown'],
    ['retry', 503, 'ServiceUnavailable'],
    ['retry', 504],
    ['retry', 429, 'TooManyRequests'],
    ['retry', 408],
    ['retry', 400, 'RequestTimeout'],
    ['retry', 400, 'IncompleteBody'],
    ['retry', 400, 'ClientDisconnect'],
    ['retry', 499, 'ClientDisconnected'],
    ['retry', 409, 'OperationAborted'],
    ['retry', 200, 'InternalError'],
    ['retry', 200],
    ['retry', 503, 'store_unavailable'],
    ['retry', 429, 'rate_limited'],
    ['resign', 403, 'AccessDenied'],
    ['resign', 403, 'ExpiredRequest'],
    ['resign', 400, 'ExpiredRequest'],
    ['resign', 400, 'ExpiredToken'],
    ['resign', 403, 'RequestTimeTooSkewed'],
    ['resign', 403, 'InvalidAccessKeyId'],
    ['resign', 401, 'Unauthorized'],
    ['resign', 401, 'unauthenticated'],
    ['repair', 400, 'BadDigest'],
    ['repair', 400, 'InvalidDigest'],
    ['repair', 400, 'XAmzContentSHA256Mismatch'],
    ['repair', 400, 'XAmzContentChecksumMismatch'],
    ['verify', 404, 'NoSuchUpload'],
    ['verify', 404, 'NoSuchKey'],
    ['verify', 412, 'PreconditionFailed'],
    ['verify', 422, 'incomplete'],
    ['restart', 404, 'not_found'],
    ['restart', 410, 'expired'],
    ['restart', 409, 'conflict'],
    ['fail', 403, 'SignatureDoesNotMatch'],
    ['fail', 404, 'NoSuchBucket'],
    ['fail', 400, 'EntityTooLarge'],
    ['fail', 411, 'MissingContentLength'],
    ['fail', 501, 'NotImplemented'],
    ['fail', 400, 'AccessControlListNotSupported'],
    ['fail', 403, 'forbidden'],
    ['fail', 500, 'misconfigured'],
    ['fail', 422, 'checksum_mismatch'],
    ['fail', 413, 'too_large'],
    ['fail', 415, 'type_not_allowed'],
  ];
  for (const [reaction, status, code] of table) {
    it(`${status} ${code ?? 'without a code'} is to ${reaction}`, () => {
      assert.equal(verdict(answered(status, code), FIRST).do, reaction);
    });
  }

  const otherCodes: typeof table = [
    ['fail', 403, 'SignatureDoesNotMatch'],
    ['retry', 400, 'ClientDisconnected'],
    ['resign', 400, 'RequestExpired'],
    ['resign', 400, 'RequestTimeTooSkewed'],
    ['verify', 400, 'NoSuchUpload'],
    ['verify', 400, 'NoSuchKey'],
    ['verify', 404, 'AnythingElse'],
    ['restart', 404, 'gone'],
    ['restart', 409, 'cancelled'],
    ['fail', 507, 'store_full'],
    ['fail', 500, 'forbidden'],
    ['fail', 503, 'misconfigured'],
    ['retry', 408, 'AnythingElse'],
    ['retry', 500, 'AnythingElse'],
    ['retry', 299, 'AnythingElse'],
    ['fail', 300, 'AnythingElse'],
    ['fail', 199, 'AnythingElse'],
    ['fail', 499, 'AnythingElse'],
    ['fail', 501, 'AnythingElse'],
    ['repair', 400, 'ChecksumMismatch'],
    ['fail', 400, 'MismatchOfSomething'],
    ['fail', 400, 'NotExpired'],
    ['fail', 409, ''],
  ];
  for (const [reaction, status, code] of otherCodes) {
    it(`${status} with the code ${JSON.stringify(code)} is to ${reaction}, whichever of both decides`, () => {
      assert.equal(verdict(answered(status, code), FIRST).do, reaction);
    });
  }

  const full = ['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'store_full'];
  for (const code of [...full, 'XMinioAdminBucketQuotaExceeded']) {
    it(`${code} of a store that is full is final until its owner has made room`, () => {
      assert.deepEqual(verdict(answered(403, code), FIRST), {
        do: 'fail',
        code: 'store_full',
        retryable: true,
      });
    });
  }

  it('507 is of a full store, too, by whatever code', () => {
    const said = { do: 'fail', code: 'store_full', retryable: true };
    assert.deepEqual(verdict(answered(507, 'AnythingElse'), FIRST), said);
    assert.deepEqual(verdict(answered(507), FIRST), said);
  });

  it('of a broken upload at the Worker is final, and the user can try again', () => {
    for (const code of ['forbidden', 'misconfigured', 'checksum_mismatch']) {
      assert.deepEqual(verdict(answered(422, code), FIRST), {
        do: 'fail',
        code: 'store_refused',
        retryable: true,
      });
    }
    const tooLarge = { do: 'fail', code: 'too_large', retryable: false };
    assert.deepEqual(verdict(answered(413, 'AnythingElse'), FIRST), tooLarge);
  });

  it('of a store that is down is final when patience ends, and not a moment before', () => {
    const atEnd = { ...FIRST, sinceMs: FIRST.patienceMs };
    assert.equal(verdict(answered(503, 'SlowDown'), atEnd).do, 'retry');
    assert.deepEqual(verdict(answered(503, 'SlowDown'), { ...atEnd, sinceMs: 600_001 }), {
      do: 'fail',
      code: 'store_unavailable',
      retryable: true,
    });
  });

  it('of a success that is not the store’s is to retry, and of a redirect to sign again', () => {
    assert.equal(verdict(answered(200), FIRST).do, 'retry');
    assert.equal(verdict(answered(299), FIRST).do, 'retry');
    assert.equal(verdict(answered(300), FIRST).do, 'resign');
    assert.equal(verdict(answered(199), FIRST).do, 'resign');
    assert.equal(verdict(answered(429), FIRST).do, 'retry');
    assert.equal(verdict(answered(500), FIRST).do, 'retry');
    assert.equal(verdict(answered(408), FIRST).do, 'retry');
  });

  it('at an address that has never answered otherwise is final after three pages in as many seconds', () => {
    const contact = { ...FIRST, isFirstContact: true, faults: 2, sinceMs: 2500 };
    const unreachable = { do: 'fail', code: 'store_unreachable', retryable: true };
    assert.deepEqual(verdict(answered(404), contact), unreachable);
    const soon = { do: 'resign', delayMs: 500 };
    assert.deepEqual(verdict(answered(404), { ...contact, sinceMs: 2499 }), soon);
    assert.deepEqual(verdict(answered(404), { ...contact, faults: 1 }), {
      do: 'resign',
      delayMs: 1000,
    });
    const known = { ...contact, isFirstContact: false };
    assert.deepEqual(verdict(answered(404), known), { do: 'resign', delayMs: 2000 });
    assert.equal(verdict(answered(404, 'NoSuchBucket'), contact).do, 'fail');
    assert.equal(verdict(answered(403, 'AccessDenied'), contact).do, 'resign');
    assert.equal(verdict(answered(502), contact).do, 'retry');
  });

  // A proxy, a firewall or a portal: its answers have no code.
  const boxes = [
    302, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 414, 421, 423, 424, 425, 431, 451, 499,
  ];
  for (const status of boxes) {
    it(`${status} of something in between is as if there were none, and never final for good`, () => {
      assert.deepEqual(verdict(answered(status), FIRST), { do: 'resign', delayMs: 500 });
      const late = { ...FIRST, faults: 40, refusals: 9, sinceMs: 600_001 };
      assert.deepEqual(verdict(answered(status), late), {
        do: 'fail',
        code: 'store_unreachable',
        retryable: true,
      });
    });
  }

  it('of a refusal is final once two fresh signatures were refused', () => {
    const refused = answered(403, 'AccessDenied');
    assert.equal(verdict(refused, { ...FIRST, refusals: 1 }).do, 'resign');
    assert.deepEqual(verdict(refused, { ...FIRST, refusals: 2 }), {
      do: 'fail',
      code: 'store_refused',
      retryable: true,
    });
  });

  describe('of a bearer token that is refused', () => {
    const refused = answered(401, 'unauthenticated', { refusedBearer: 'Bearer stale' });
    const twice = { ...FIRST, refusals: 2, sinceMs: 1000 };

    it('waits for a fresh one as long as patience lasts, longer each time', () => {
      assert.deepEqual(verdict(refused, FIRST), { do: 'resign', delayMs: 0 });
      assert.deepEqual(verdict(refused, twice), { do: 'resign', delayMs: 2000 });
      assert.deepEqual(verdict(refused, { ...twice, refusals: 3 }), {
        do: 'resign',
        delayMs: 4000,
      });
      assert.equal(verdict(refused, { ...twice, sinceMs: 600_000 }).do, 'resign');
      const over = verdict(refused, { ...twice, sinceMs: 600_001 });
      assert.deepEqual(over, { do: 'fail', code: 'store_refused', retryable: true });
    });

    it('is final within seconds for a caller who was never accepted', () => {
      const contact = { ...twice, isFirstContact: true };
      assert.deepEqual(verdict(refused, { ...contact, sinceMs: 3500 }), {
        do: 'resign',
        delayMs: 500,
      });
      assert.equal(verdict(refused, { ...contact, sinceMs: 3501 }).do, 'fail');
    });

    it('is final at once if the page has no other to give', () => {
      assert.equal(verdict(answered(401, 'unauthenticated'), twice).do, 'fail');
    });
  });

  it('of a file that is too large is final, also for the user', () => {
    assert.deepEqual(verdict(answered(400, 'EntityTooLarge'), FIRST), {
      do: 'fail',
      code: 'too_large',
      retryable: false,
    });
  });

  it('of corrupt bytes is final after two repairs', () => {
    assert.deepEqual(verdict(answered(400, 'BadDigest'), { ...FIRST, mismatches: 2 }), {
      do: 'fail',
      code: 'checksum_mismatch',
      retryable: true,
    });
  });

  it('come at once if the answer asks for that, but not for ever', () => {
    const again = (faults: number) =>
      verdict(answered(503, 'SlowDown', { retryAfter: 0 }), { ...FIRST, faults });
    assert.deepEqual(again(0), { do: 'retry', delayMs: 0, isLeast: true });
    assert.deepEqual(again(10), { do: 'retry', delayMs: 0, isLeast: true });
    const late = again(11);
    assert.deepEqual(late, { do: 'retry', delayMs: 4000 });
    const patient = verdict(answered(503, 'SlowDown', { retryAfter: 1 }), { ...FIRST, faults: 11 });
    assert.deepEqual(patient, { do: 'retry', delayMs: 1000, isLeast: true });
    assert.ok('delayMs' in late && late.delayMs > 1000, JSON.stringify(late));
  });

  it('honours Retry-After, but is not told to wait beyond its patience', () => {
    const next = verdict(answered(503, 'SlowDown', { retryAfter: 86_400 }), FIRST);
    assert.deepEqual(next, { do: 'retry', delayMs: 600_000, isLeast: true });
  });

  it('honours Retry-After, and comes a little later than it says', () => {
    const next = verdict(answered(503, 'SlowDown', { retryAfter: 7 }), FIRST);
    assert.ok(next.do === 'retry' && next.delayMs === 7000);
    for (let round = 0; round < 50; round++) {
      const ms = backoffMs(next);
      assert.ok(ms >= 7000 && ms <= 7700, `${ms}`);
    }
  });
});

describe('the verdict on silence', () => {
  for (const kind of ['no-answer', 'stalled'] as const) {
    it(`(${kind}) is a fresh signature, after a while`, () => {
      assert.deepEqual(verdict({ kind }, FIRST), { do: 'resign', delayMs: 500 });
    });
    it(`(${kind}) waits for the line where there is none, however long`, () => {
      const next = verdict({ kind }, { ...FIRST, isOnline: false, sinceMs: 1e9 });
      assert.deepEqual(next, { do: 'wait', delayMs: 15_000 });
    });
    it(`(${kind}) is no failure as long as patience lasts`, () => {
      const next = verdict({ kind }, { ...FIRST, sinceMs: 600_000, faults: 9 });
      assert.deepEqual(next, { do: 'resign', delayMs: 20_000 });
    });
    it(`(${kind}) is failure when patience ends, from which Retry can go on`, () => {
      assert.deepEqual(verdict({ kind }, { ...FIRST, sinceMs: 600_001 }), {
        do: 'fail',
        code: 'store_unreachable',
        retryable: true,
      });
    });
  }
});

describe('delays', () => {
  const delayAfter = (faults: number, sinceMs: number) => {
    const next = verdict(answered(503), { ...FIRST, faults, sinceMs });
    return next.do === 'retry' ? next.delayMs : NaN;
  };

  it('double, and stay under 4 s in the first half minute of an outage', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 9].map((faults) => delayAfter(faults, 30_000)),
      [500, 1000, 2000, 4000, 4000, 4000],
    );
  });

  it('grow with a long outage, to 20 s at most', () => {
    assert.equal(delayAfter(20, 100_000), 10_000);
    assert.equal(delayAfter(50, 500_000), 20_000);
  });

  it('are drawn from all of their range, so that a thousand pages do not come back at once', () => {
    const drawn = Array.from({ length: 300 }, () => backoffMs({ do: 'retry', delayMs: 1000 }));
    assert.ok(drawn.every((ms) => ms >= 0 && ms <= 1000));
    assert.ok(drawn.some((ms) => ms < 200) && drawn.some((ms) => ms > 800));
  });
});

describe('the history of a part', () => {
  let clock: FakeClock | undefined;
  afterEach(() => clock?.restore());

  it('does not count the hours that a laptop slept against its patience', () => {
    clock = fakeClock();
    const attempts = new Attempts();
    attempts.judge({ kind: 'no-answer' }, 600_000);
    clock.sleep(8 * 3_600_000);
    assert.equal(attempts.judge({ kind: 'no-answer' }, 600_000).do, 'resign');
    let faults = 0;
    while (attempts.judge({ kind: 'no-answer' }, 600_000).do !== 'fail' && ++faults < 1000) {
      clock.pass(20_000);
    }
    assert.ok(faults > 20 && faults < 32, `${faults} more`);
  });

  it('ends half a minute of 503 and begins anew after being offline', () => {
    const attempts = new Attempts();
    for (let fault = 0; fault < 30; fault++) {
      assert.equal(attempts.judge(answered(503), 600_000).do, 'retry');
    }
    assert.equal(attempts.faults, 30);
  });
});
