import { Backoff } from '../../../../widget/core/faults/backoff.ts';
import { WorkerClient } from '../../../../widget/core/api/worker-client.ts';
import { assert } from '../fake/assert.ts';
import { fakeClock, type FakeClock } from '../fake/clock.ts';

describe('an address at which there is no Worker', () => {
  const { fetch: real } = globalThis;
  let clock: FakeClock;
  beforeEach(() => (clock = fakeClock()));
  afterEach(() => {
    clock.restore();
    globalThis.fetch = real;
  });

  for (const [what, body] of [
    ['a page for every address', '<!doctype html>'],
    ['an API of another kind', '{"ok":true}'],
  ]) {
    it(`but ${what}, is told within seconds, after a few attempts`, async () => {
      // A real body is read in as many turns as the browser likes, and the clock would run on meanwhile.
      const answer = { ok: true, status: 200, headers: new Headers(), text: async () => body };
      globalThis.fetch = async () => answer as unknown as Response;
      const client = new WorkerClient(
        { endpoint: 'http://localhost' },
        new Backoff(),
        () => undefined,
      );
      let error: unknown;
      let passedMs = 0;
      const isOver = client
        .call('/policy', { has: 'batch' })
        .catch((reason: unknown) => (error = reason));
      for (; error === undefined && passedMs < 700_000; passedMs += 1000) {
        clock.pass(1000);
        // A macrotask: timers are fake, and the call has a few turns to take.
        await new Promise<void>((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', () => resolve());
          port1.start();
          port2.postMessage(0);
        });
      }
      await isOver;
      assert.equal((error as { code?: string }).code, 'signer_unreachable');
      assert.ok(passedMs >= 1000 && passedMs <= 5000, `${passedMs} ms`);
    });
  }
});
