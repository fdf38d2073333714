import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, uploader, type Fake } from './fake/client.ts';

afterEach(closeAll);

/** Uploads a file, which must arrive. Resolves with the requests to the store that it took. */
async function putsFor(worker: Fake, bytes: number, stallMs = 30_000): Promise<number> {
  const from = uploader(worker, { stallMs, concurrency: 1, patienceMs: 15_000 });
  from.add([randomFile(bytes)]);
  await settled(from);
  assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
  assert.equal(from.uploads[0]?.restarts, 0);
  return worker.count('store', /PUT/);
}

describe('resets at first contact', () => {
  it('are not called a missing CORS rule where the page can read the store’s answers', async () => {
    const worker = await fake({ singleMaxBytes: 0, partBytes: 3 * MIB });
    // A filter that lets requests without a body through.
    await worker.fault({ side: 'store', match: 'PUT', leastBytes: 1, reset: true, times: 5 });
    assert.ok((await putsFor(worker, 3 * MIB)) >= 5 + 1);
  });
});

describe('a proxy that takes the body at once and answers late', () => {
  it('is waited for longer by the next attempt, and by later parts from the start', async () => {
    const worker = await fake({ partBytes: 3 * MIB });
    await worker.fault({ side: 'store', match: 'PUT', times: null, delayMs: 2500 });
    assert.equal(await putsFor(worker, 9 * MIB, 1000), 4, 'one request more than parts');
  });
});

describe('a service worker that passes requests through', () => {
  let registration: ServiceWorkerRegistration;
  before(async () => {
    const isControlled = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
    // This page alone: other tests have other queries.
    const scope = location.pathname + location.search;
    registration = await navigator.serviceWorker.register('/__passing-worker.js', { scope });
    await isControlled;
  });
  after(() => registration.unregister());

  it('hides progress, and is not taken for a line that stands still', async () => {
    const worker = await fake({ partBytes: 8 * MIB });
    await worker.fault({ side: 'store', match: 'PUT', times: null, bytesPerMs: 2000 });
    assert.equal(await putsFor(worker, 16 * MIB, 1000), 2, 'no part is sent twice');
  });
});
