/** Cancelled uploads of files that go in one request: the Worker keeps them open from Create on. */
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  until,
  uploader,
  whenUpload,
  type Fake,
} from './fake/client.ts';

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

const stateOf = async (worker: Fake) => (await worker.report()).uploads[0]?.state;

describe('cancel, while the upload is completed', () => {
  it('takes nothing from a small file that was to be completed by the same call', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'complete', times: null, reset: true });
    const from = uploader(worker);
    from.add([randomFile(MIB, 'cancelled'), randomFile(MIB, 'kept')]);
    await until(() => from.uploads.every(({ waitingFor }) => waitingFor === 'signer'));
    await from.cancel(from.uploads[0]?.id);
    await worker.clear();
    await settled(from);
    assert.deepEqual(
      from.uploads.map(({ name, status }) => [name, status]),
      [
        ['cancelled', 'cancelled'],
        ['kept', 'done'],
      ],
    );
    const { uploads } = await worker.report();
    assert.deepEqual(uploads.map(({ name, state }) => [name, state]).sort(), [
      ['cancelled', 'aborted'],
      ['kept', 'complete'],
    ]);
  });

  for (const [bytes, what] of [
    [MIB, 'small'],
    [8 * MIB, 'large'],
  ] as const) {
    it(`ends it at once if the Worker is away, and it is not completed later (a ${what} file)`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'api', match: 'complete', times: null, reset: true });
      const from = uploader(worker);
      let done = 0;
      from.addEventListener('upload-done', () => done++);
      from.add([randomFile(bytes)]);
      await whenUpload(from, ({ waitingFor }) => waitingFor === 'signer');
      const [waiting] = from.uploads;
      assert.equal(waiting?.status, 'completing', 'it cannot be paused any more');
      await worker.fault({ side: 'api', match: 'DELETE', times: 1, reset: true });
      const cancelled = from.cancel();
      await whenUpload(from, ({ status }) => status === 'cancelled');
      await worker.clear();
      await cancelled;
      assert.equal(await stateOf(worker), 'aborted');
      assert.equal(done, 0);
    });

    it(`sends no Complete any more (a ${what} file)`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'api', match: 'complete', times: null, reset: true });
      const from = uploader(worker);
      from.add([randomFile(bytes)]);
      await whenUpload(from, ({ waitingFor }) => waitingFor === 'signer');
      // It is aborted late, so that a Complete that is still repeated would be there before.
      await worker.fault({ side: 'api', match: 'DELETE', delayMs: 4000 });
      const cancelled = from.cancel();
      await whenUpload(from, ({ status }) => status === 'cancelled');
      const completes = await worker.count('api', /complete/);
      await worker.clear();
      await cancelled;
      assert.equal(await worker.count('api', /complete/), completes);
      assert.equal(await stateOf(worker), 'aborted');
    });

    it(`says so if the Worker had completed it, and its answer was lost (a ${what} file)`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'api', match: 'complete', loseReply: true });
      await worker.fault({ side: 'api', match: 'complete', times: null, reset: true });
      const from = uploader(worker);
      let done = 0;
      from.addEventListener('upload-done', () => done++);
      from.add([randomFile(bytes)]);
      await whenUpload(from, ({ waitingFor }) => waitingFor === 'signer');
      await from.cancel();
      assert.equal(from.uploads[0]?.status, 'done');
      assert.equal(done, 1);
      assert.equal(await stateOf(worker), 'complete');
    });
  }

  it('by removing it reports that it is complete before it is gone', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'complete', isHeld: true });
    const from = uploader(worker);
    const events: string[] = [];
    for (const type of ['upload-done', 'upload-removed'] as const) {
      from.addEventListener(type, () => events.push(type));
    }
    const { uploads } = from.add([randomFile(8 * MIB)]);
    await whenUpload(from, ({ status }) => status === 'completing');
    const removed = from.remove(uploads[0]?.id ?? '');
    await worker.clear();
    await removed;
    assert.deepEqual(events, ['upload-done', 'upload-removed']);
    assert.deepEqual(from.uploads, []);
  });
});

describe('an upload that is cancelled just before the page goes away', () => {
  const sending = async (worker: Fake) => {
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const from = uploader(worker);
    from.add([randomFile(24 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    return from;
  };

  it('is aborted all the same', async () => {
    const worker = await fake();
    const from = await sending(worker);
    void from.cancel();
    from.close();
    while ((await stateOf(worker)) !== 'aborted');
  });

  it('is aborted by a request that outlives the page', async () => {
    const worker = await fake();
    const from = await sending(worker);
    const { fetch: real } = globalThis;
    const kept: (boolean | undefined)[] = [];
    globalThis.fetch = (input, init) => {
      if (init?.method === 'DELETE') kept.push(init.keepalive);
      return real(input, init);
    };
    try {
      await from.cancel();
    } finally {
      globalThis.fetch = real;
    }
    assert.deepEqual(kept, [true]);
  });

  it('is aborted by the next visit if the Worker was away, and not offered', async () => {
    const worker = await fake();
    const from = await sending(worker);
    await worker.fault({ side: 'api', match: 'DELETE', times: null, reset: true });
    const cancelled = from.cancel();
    while (!(await worker.count('api', /DELETE/)));
    from.close();
    await cancelled;
    await worker.clear();
    assert.equal(await stateOf(worker), 'open');
    assert.deepEqual(await uploader(worker).interrupted(), []);
    while ((await stateOf(worker)) !== 'aborted');
  });

  it('is begun anew if the file is added again', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const first = uploader(worker);
    const file = randomFile(24 * MIB);
    first.add([file]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    await worker.fault({ side: 'api', match: 'DELETE', times: null, reset: true });
    const cancelled = first.cancel();
    while (!(await worker.count('api', /DELETE/)));
    first.close();
    await cancelled;
    await worker.clear();
    const second = uploader(worker);
    second.add([file]);
    await settled(second);
    const [upload] = second.uploads;
    assert.equal(upload?.status, 'done', String(upload?.error));
    assert.ok(upload?.id !== id);
  });
});

describe('an upload that its owner cancels on another device', () => {
  it('ends as cancelled, and does not begin again', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const from = uploader(worker);
    const failures: unknown[] = [];
    from.addEventListener('upload-failed', ({ error }) => failures.push(error));
    from.add([randomFile(24 * MIB)]);
    const { id } = await whenUpload(from, ({ loaded }) => loaded > 0);
    const headers = { 'upload-token': `token-${id}` };
    await fetch(`${worker.endpoint}/uploads/${id}`, { method: 'DELETE', headers });
    await settled(from);
    await until(() => from.totals.active === 0);
    assert.equal(from.uploads[0]?.status, 'cancelled');
    assert.deepEqual(failures, []);
    assert.equal((await worker.report()).uploads.length, 1);
  });
});
