/** Lines that break again and again, as in a train, and the browser says so each time (case 66). */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, sha256, uploader } from './fake/client.ts';
import type { SpaceOptions } from './fake/space.ts';

const BACK_AFTER_MS = 100;
/** Of each request: Firefox reports no progress of what is over at once. */
const SLOW = { side: 'store', match: 'PUT', times: null, bytesPerMs: 10_000 } as const;

let isOver = false;

/** The browser is offline whenever a request breaks, and online again soon after. */
function goThroughTunnels(): void {
  isOver = false;
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false });
  const back = () => {
    if (isOver) return;
    dispatchEvent(new Event('online'));
    setTimeout(back, BACK_AFTER_MS);
  };
  back();
}

afterEach(() => {
  isOver = true;
  // The prototype's own is seen again.
  Reflect.deleteProperty(navigator, 'onLine');
  closeAll();
});

/** Sends the file through tunnels, and gives up once `times` its bytes were sent. */
async function send(file: File, options: SpaceOptions, times: number) {
  goThroughTunnels();
  const worker = await fake(options);
  await worker.fault(SLOW);
  const from = uploader(worker);
  from.add([file]);
  const lookOut = setInterval(() => {
    void worker.report().then(({ carried }) => {
      if (carried > times * file.size) from.pause();
    });
  }, 250);
  await settledOrPaused(from);
  clearInterval(lookOut);
  const { carried, drops, uploads, breaches } = await worker.report();
  const [upload] = from.uploads;
  const story = `${carried} bytes sent, ${drops} in flight at the drops`;
  assert.ok(upload);
  assert.equal(upload.status, 'done', story);
  const stored = uploads.find(({ state }) => state === 'complete');
  assert.equal(stored?.sha256, await sha256(file));
  assert.deepEqual(breaches, []);
  assert.ok(carried <= times * file.size, story);
  return { upload, stored, uploads, drops, worker };
}

describe('a file on a line that carries one and a half parts between two tunnels', () => {
  for (const checksum of ['md5', null] as const) {
    it(`arrives for at most three times its bytes (checksums: ${checksum})`, async () => {
      const { drops } = await send(randomFile(12 * MIB), { checksum, carries: 1.5 * MIB }, 3);
      assert.ok(
        drops.slice(8).every((count) => count <= 2),
        `${drops} in flight at the drops`,
      );
    });
  }
});

describe('a file whose one request is more than the line carries between two tunnels', () => {
  it('is cut into parts that the line carries, as a new upload that the user does not see', async () => {
    const carries = 2.5 * MIB;
    const { upload, stored, uploads, worker } = await send(randomFile(4 * MIB), { carries }, 4);
    assert.deepEqual(stored?.parts, [1, 2, 3, 4]);
    assert.equal(upload.restarts, 0);
    assert.deepEqual(
      uploads.map(({ state }) => state).filter((state) => state === 'open'),
      [],
      'no upload is left open',
    );
    assert.equal(await worker.count('api', /^POST \/uploads$/), 2);
  });

  it('is cut so from the beginning if it comes after another', async () => {
    goThroughTunnels();
    const worker = await fake({ carries: 2.5 * MIB });
    await worker.fault(SLOW);
    const from = uploader(worker);
    from.add([randomFile(4 * MIB, 'first.bin')]);
    await settled(from);
    from.add([randomFile(4 * MIB, 'second.bin')]);
    await settled(from);
    assert.ok(from.uploads.every(({ status }) => status === 'done'));
    const { uploads } = await worker.report();
    const second = uploads.filter(({ name }) => name === 'second.bin');
    assert.equal(second.length, 1);
    assert.deepEqual(second[0]?.parts, [1, 2, 3, 4]);
  });
});

async function settledOrPaused(from: ReturnType<typeof uploader>): Promise<void> {
  const isPaused = () => from.uploads.every(({ status }) => status === 'paused');
  const paused = new Promise<void>((resolve) => {
    from.addEventListener('upload-progress', () => {
      if (isPaused()) resolve();
    });
  });
  await Promise.race([settled(from), paused]);
}
