import type { Engine } from '../../../../widget/core/engine.ts';
import { Naps } from '../../../../widget/core/naps.ts';
import { Relay } from '../../../../widget/core/relay.ts';
import type { Outcome } from '../../../../widget/core/transport.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from './clock.ts';

const SILENT: Outcome = { kind: 'no-answer' };
const { signal } = new AbortController();

describe('the way through the Worker', () => {
  let clock: FakeClock;
  let asked = 0;
  let naps: Naps;
  let isWorkerThere = true;
  beforeEach(() => {
    clock = fakeClock();
    asked = 0;
    naps = new Naps();
    isWorkerThere = true;
  });
  afterEach(() => clock.restore());

  const relayOf = (isOffered = true): Relay => {
    const isThere = () => {
      asked++;
      return Promise.resolve(isWorkerThere);
    };
    const engine = { policy: { relay: isOffered }, signer: { isThere }, naps };
    return new Relay(engine as unknown as Engine);
  };
  /** One more request that the store has not answered. */
  const silence = async (
    relay: Relay,
    faults: number,
    outcome: Outcome = SILENT,
  ): Promise<void> => {
    const startedMs = performance.now();
    clock.pass(1000);
    await relay.consider(outcome, faults, startedMs, signal);
    clock.pass(1);
  };

  it('is taken when the Worker answers and the store, asked again after that, does not', async () => {
    const relay = relayOf();
    await silence(relay, 1);
    assert.deepEqual([asked, relay.isOn], [0, false]);
    await silence(relay, 2);
    assert.deepEqual([asked, relay.isOn], [1, false]);
    await silence(relay, 3);
    assert.deepEqual([asked, relay.isOn], [1, true]);
    assert.ok(relay.takesNext());
  });

  it('is taken at once by the parts that wait for the store', async () => {
    const relay = relayOf();
    const nap = naps.take(2 ** 30, signal);
    for (const faults of [1, 2, 3]) await silence(relay, faults);
    await nap;
  });

  it('is thought of after one request that stalled: each takes half a minute', async () => {
    const relay = relayOf();
    await silence(relay, 1, { kind: 'stalled' });
    await silence(relay, 2, { kind: 'stalled' });
    assert.ok(relay.isOn);
  });

  it('is not taken for a request that was under way before the Worker was there', async () => {
    const relay = relayOf();
    const startedMs = performance.now();
    await silence(relay, 2);
    await relay.consider(SILENT, 3, startedMs, signal);
    assert.ok(!relay.isOn);
  });

  it('is not taken where the Worker does not answer either, or does not offer it', async () => {
    isWorkerThere = false;
    for (const relay of [relayOf(), relayOf(false)]) {
      for (let faults = 1; faults < 6; faults++) await silence(relay, faults);
      assert.ok(!relay.isOn);
    }
    assert.equal(asked, 4);
  });

  it('is left by one part every five minutes, and by all once the store has answered it', async () => {
    const relay = relayOf();
    await silence(relay, 2);
    await silence(relay, 3);
    clock.pass(299_000);
    assert.ok(relay.takesNext());
    clock.pass(2000);
    assert.ok(!relay.takesNext());
    assert.ok(relay.takesNext());
    relay.stop();
    assert.ok(!relay.takesNext());
  });

  it('is left when the Worker cannot reach the store: it is down, and not out of reach', async () => {
    const relay = relayOf();
    await silence(relay, 2);
    await silence(relay, 3);
    const outcome: Outcome = { kind: 'answered', status: 503, code: 'store_unavailable' };
    relay.heard({ do: 'retry', delayMs: 500 }, outcome);
    assert.ok(!relay.isOn);
  });
});
