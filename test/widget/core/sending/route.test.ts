import { Backoff } from '../../../../widget/core/faults/backoff.ts';
import { mixedContentError } from '../../../../widget/core/faults/store-error.ts';
import { Route } from '../../../../widget/core/sending/route.ts';
import type { Services } from '../../../../widget/core/services.ts';
import type { Verdict } from '../../../../widget/core/faults/verdict.ts';
import type { Outcome } from '../../../../widget/core/store/outcome.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

const SILENT: Outcome = { kind: 'no-answer' };
const { signal } = new AbortController();
const reports = { send: () => Promise.resolve(undefined) };

describe('the way through the Worker', () => {
  let clock: FakeClock;
  let asked = 0;
  let backoff: Backoff;
  let isWorkerThere = true;
  beforeEach(() => {
    clock = fakeClock();
    asked = 0;
    backoff = new Backoff();
    isWorkerThere = true;
  });
  afterEach(() => clock.restore());

  const routeOf = (isOffered = true): Route => {
    const answers = () => {
      asked++;
      return Promise.resolve(isWorkerThere);
    };
    const services = {
      policy: { relay: isOffered },
      worker: { answers, refuseBearer: () => undefined },
      backoff,
    };
    return new Route(services as unknown as Services, reports);
  };
  /** One more request that the store has not answered. */
  const silence = async (
    route: Route,
    faults: number,
    outcome: Outcome = SILENT,
  ): Promise<void> => {
    const startedMs = performance.now();
    clock.pass(1000);
    await route.noteStoreSilence(outcome, faults, startedMs, signal);
    clock.pass(1);
  };

  it('is taken when the Worker answers and the store, asked again after that, does not', async () => {
    const route = routeOf();
    await silence(route, 1);
    assert.deepEqual([asked, route.isRelayOn], [0, false]);
    await silence(route, 2);
    assert.deepEqual([asked, route.isRelayOn], [1, false]);
    await silence(route, 3);
    assert.deepEqual([asked, route.isRelayOn], [1, true]);
    assert.ok(route.relaysNext());
  });

  it('is taken at once by the parts that wait for the store', async () => {
    const route = routeOf();
    const nap = backoff.wait({ do: 'wait', delayMs: 2 ** 30 }, signal);
    for (const faults of [1, 2, 3]) await silence(route, faults);
    await nap;
  });

  it('is thought of after one request that stalled: each takes half a minute', async () => {
    const route = routeOf();
    await silence(route, 1, { kind: 'stalled' });
    await silence(route, 2, { kind: 'stalled' });
    assert.ok(route.isRelayOn);
  });

  it('is not taken for a request that was under way before the Worker was there', async () => {
    const route = routeOf();
    const startedMs = performance.now();
    await silence(route, 2);
    await route.noteStoreSilence(SILENT, 3, startedMs, signal);
    assert.ok(!route.isRelayOn);
  });

  it('is not taken where the Worker does not answer either, or does not offer it', async () => {
    isWorkerThere = false;
    for (const route of [routeOf(), routeOf(false)]) {
      for (let faults = 1; faults < 6; faults++) await silence(route, faults);
      assert.ok(!route.isRelayOn);
    }
    assert.equal(asked, 4);
  });

  it('is left by one part every five minutes, and by all once the store has answered it', async () => {
    const route = routeOf();
    await silence(route, 2);
    await silence(route, 3);
    clock.pass(299_000);
    assert.ok(route.relaysNext());
    clock.pass(2000);
    assert.ok(!route.relaysNext());
    assert.ok(route.relaysNext());
    route.stopRelay();
    assert.ok(!route.relaysNext());
  });

  it('is left when the Worker cannot reach the store: it is down, and not out of reach', async () => {
    const route = routeOf();
    await silence(route, 2);
    await silence(route, 3);
    const outcome: Outcome = { kind: 'answered', status: 503, code: 'store_unavailable' };
    route.noteRelayFailure(outcome);
    assert.ok(!route.isRelayOn);
  });
});

describe('a store that is full', () => {
  it('is sent nothing for five seconds, and then again', () => {
    const clock = fakeClock();
    try {
      const route = new Route({} as unknown as Services, reports);
      route.assertNotFull();
      route.noteFull();
      clock.pass(4900);
      let refused: unknown;
      try {
        route.assertNotFull();
      } catch (error) {
        refused = error;
      }
      assert.equal((refused as { code?: string } | undefined)?.code, 'store_full');
      clock.pass(200);
      route.assertNotFull();
    } finally {
      clock.restore();
    }
  });
});

describe('an http: store', () => {
  it('is called by its name on an https: page, and nowhere else', () => {
    for (const url of [
      'https://s3.example',
      'http://localhost:9000',
      'http://127.0.0.1',
      'http://[::1]:9',
    ]) {
      assert.equal(mixedContentError(url, 'https:'), undefined, url);
    }
    assert.equal(mixedContentError('http://s3.example', 'http:'), undefined);
    const { code, message = '' } = mixedContentError('http://s3.example/b', 'https:') ?? {};
    assert.equal(code, 'misconfigured');
    assert.ok(/nothing to http:\/\/s3\.example: .*S3_PUBLIC_ENDPOINTS/.test(message), message);
  });
});

describe('a missing CORS rule', () => {
  const failed = { do: 'fail', code: 'store_unreachable', retryable: true } as const;
  const routeOf = (): Route =>
    new Route({ policy: { relay: false } } as unknown as Services, reports);
  const original = globalThis.fetch;
  let asked: (string | undefined)[] = [];
  beforeEach(() => (asked = []));
  afterEach(() => void (globalThis.fetch = original));

  /** The store answers requests of these modes only. */
  const answersOnly = (...modes: string[]): void => {
    globalThis.fetch = (_url, { method, mode = 'cors' } = {}) => {
      asked.push(method);
      return modes.includes(mode)
        ? Promise.resolve(new Response())
        : Promise.reject(new TypeError('Failed to fetch'));
    };
  };
  const check = async (
    route: Route,
    verdict: Verdict = failed,
    faults = 1,
  ): Promise<string | undefined> => {
    try {
      await route.assertCors(verdict, SILENT, faults, {
        number: 1,
        method: 'PUT',
        url: 'https://store/',
        headers: {},
      });
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is what is wrong if the store answers only where no rule is needed', async () => {
    answersOnly('no-cors');
    assert.equal(await check(routeOf()), 'cors');
    assert.deepEqual(asked, ['PUT', 'HEAD']);
  });

  it('is looked for only once the Worker was asked whether answers were lost', async () => {
    answersOnly('no-cors');
    const again = { do: 'resign', delayMs: 0 } as const;
    const route = routeOf();
    assert.equal(await check(route, again, 3), undefined);
    assert.deepEqual(asked, []);
    assert.equal(await check(route, again, 4), 'cors');
  });

  it('is not, if the page can read an answer, or if there is none at all', async () => {
    answersOnly('cors', 'no-cors');
    assert.equal(await check(routeOf()), undefined);
    answersOnly();
    assert.equal(await check(routeOf()), undefined);
  });

  it('is not asked about once an answer could be read or a preflight was granted', async () => {
    answersOnly('no-cors');
    const route = routeOf();
    route.isCorsRight = true;
    assert.equal(await check(route), undefined);
    assert.deepEqual(asked, []);
  });
});
