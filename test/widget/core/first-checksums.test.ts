/** How long the Create waits for checksums. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, sha256, uploader } from './fake/client.ts';

const PARTS = 12;

describe('a Create', () => {
  const Real = globalThis.Worker;
  let given = 0;
  let go: () => void;

  /** Hashes one part, and the others when it is told to go on. */
  class SlowWorker extends Real {
    static gate: Promise<void>;
    override postMessage(task: unknown): void {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
      const ask = (): void => super.postMessage(task);
      if (given++) void SlowWorker.gate.then(ask);
      else ask();
    }
  }

  beforeEach(() => {
    given = 0;
    SlowWorker.gate = new Promise((resolve) => (go = resolve));
    globalThis.Worker = SlowWorker;
  });

  afterEach(() => {
    globalThis.Worker = Real;
    closeAll();
  });

  it('does not wait for checksums longer than a call takes, and each part is hashed once', async () => {
    const worker = await fake();
    const file = randomFile(PARTS * MIB);
    const from = uploader(worker);
    from.add([file]);
    while (!(await worker.count('api', /POST .*\/uploads$/)));
    while (!(await worker.count('store', /PUT/)));
    go();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(given, PARTS);
    const { uploads, breaches } = await worker.report();
    assert.deepEqual(breaches, []);
    assert.deepEqual(
      uploads.map(({ sha256 }) => sha256),
      [await sha256(file)],
    );
  });
});
