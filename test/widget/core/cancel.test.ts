/** Cancelled uploads of files that go in one request: the Worker keeps them open from Create on. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, uploader, whenUpload } from './fake/client.ts';

afterEach(closeAll);

describe('cancel', () => {
  it('aborts a file that goes in one request, also before that request is sent', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, stall: true });
    const from = uploader(worker, { concurrency: 1 });
    from.add(Array.from({ length: 20 }, (_, at) => randomFile(MIB, `small-${at}`)));
    while ((await worker.report()).uploads.length < 20);
    await whenUpload(from, ({ status }) => status === 'uploading');
    await from.cancel();
    const { uploads } = await worker.report();
    assert.ok(uploads.every(({ state }) => state === 'aborted'));
    assert.equal(await worker.count('api', /DELETE/), 20);
  });

  it('of hundreds of files asks the Worker for a few at a time', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, stall: true });
    const from = uploader(worker, { concurrency: 1 });
    from.add(Array.from({ length: 200 }, (_, at) => randomFile(1000, `small-${at}`)));
    while ((await worker.report()).uploads.length < 100);
    const { fetch: real } = globalThis;
    let running = 0;
    let most = 0;
    globalThis.fetch = async (input, init) => {
      if (init?.method !== 'DELETE') return real(input, init);
      most = Math.max(most, ++running);
      try {
        return await real(input, init);
      } finally {
        running--;
      }
    };
    try {
      await from.cancel();
    } finally {
      globalThis.fetch = real;
    }
    assert.ok(most > 1 && most <= 6, `${most} at once`);
    const { uploads } = await worker.report();
    assert.ok(uploads.length >= 100 && uploads.every(({ state }) => state === 'aborted'));
  });

  it('is done where the Worker says that the file is kept', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, stall: true });
    const detail = 'The upload is complete.';
    const body = { type: 'about:blank', title: 'Conflict', status: 409, detail, code: 'conflict' };
    await worker.fault({
      side: 'api',
      match: 'DELETE',
      times: null,
      answer: {
        status: 409,
        headers: { 'content-type': 'application/problem+json' },
        body: JSON.stringify(body),
      },
    });
    const from = uploader(worker);
    from.add([randomFile(MIB)]);
    await whenUpload(from, ({ status }) => status === 'uploading');
    await from.cancel();
    const [upload] = from.uploads;
    assert.deepEqual([upload?.status, upload?.error], ['cancelled', undefined]);
    assert.equal(await worker.count('api', /DELETE/), 1, 'asked once, and not again');
  });
});
