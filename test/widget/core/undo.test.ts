/** Cancelling in such a way that it can be undone. */
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  sha256,
  until,
  uploader,
  whenUpload,
  type Fake,
} from './fake/client.ts';

const LONG_MS = 60_000;

/** An upload of 24 parts, of which at least one is stored. */
async function sending(worker: Fake, file = randomFile(24 * MIB)) {
  await worker.fault({ side: 'store', times: null, delayMs: 20 });
  const from = uploader(worker, { concurrency: 1 });
  from.add([file]);
  const { id } = await whenUpload(from, ({ loaded }) => loaded > 0);
  return { from, id, file };
}

const stateOf = async (worker: Fake) => (await worker.report()).uploads[0]?.state;

describe('a cancel that can be undone', () => {
  let worker: Fake;
  beforeEach(async () => {
    worker = await fake();
  });
  afterEach(closeAll);

  it('stops the upload, keeps its parts, and continues from them', async () => {
    const { from, id, file } = await sending(worker);
    const cancelled = from.cancel(id, { undoMs: LONG_MS });
    const [upload] = from.uploads;
    assert.equal(upload?.status, 'cancelled');
    assert.ok((upload?.undoUntilMs ?? 0) > Date.now());
    assert.equal(from.totals.files, 0, 'the form does not wait for it');
    const before = (await worker.report()).uploads[0]?.parts.length ?? 0;
    from.undo(id);
    await cancelled;
    await worker.clear();
    await settled(from);
    assert.deepEqual([from.uploads[0]?.status, from.uploads[0]?.undoUntilMs], ['done', undefined]);
    const { uploads } = await worker.report();
    assert.equal(uploads.length, 1, 'it is the same upload');
    assert.equal(uploads[0]?.sha256, await sha256(file));
    assert.ok(before > 0);
    const puts = await worker.count('store', /PUT/);
    assert.ok(puts <= 25, `${puts} requests for 24 parts, one of which may have been stopped`);
  });

  it('aborts it on the store when the time has passed', async () => {
    const { from, id } = await sending(worker);
    await from.cancel(id, { undoMs: 30 });
    await until(() => from.uploads[0]?.undoUntilMs === undefined);
    assert.deepEqual(
      [from.uploads[0]?.status, from.uploads[0]?.undoUntilMs],
      ['cancelled', undefined],
    );
    assert.equal(await stateOf(worker), 'aborted');
    from.undo(id);
    assert.equal(from.uploads[0]?.status, 'cancelled', 'it is too late');
  });

  it('aborts nothing before', async () => {
    const { from, id } = await sending(worker);
    void from.remove(id, { undoMs: LONG_MS });
    assert.equal(await stateOf(worker), 'open');
    assert.equal(await worker.count('api', /DELETE/), 0);
    assert.equal(from.uploads.length, 1, 'its row offers the undo');
  });

  it('removes the upload afterwards, unless it was undone', async () => {
    const { from, id } = await sending(worker);
    const removed: string[] = [];
    from.addEventListener('upload-removed', ({ upload }) => removed.push(upload.id));
    const first = from.remove(id, { undoMs: LONG_MS });
    from.undo();
    await first;
    assert.deepEqual(removed, []);
    await from.remove(id, { undoMs: 10 });
    assert.deepEqual(removed, [id]);
    assert.equal(await stateOf(worker), 'aborted');
  });

  it('is undone by adding the same file again', async () => {
    const { from, id, file } = await sending(worker);
    void from.remove(id, { undoMs: LONG_MS });
    const { uploads, rejected } = from.add([file]);
    assert.deepEqual([uploads.map((upload) => upload.id), rejected], [[id], []]);
    await worker.clear();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
    assert.equal((await worker.report()).uploads.length, 1);
  });

  it('is final at once by a second cancel', async () => {
    const { from, id } = await sending(worker);
    const removed = from.remove(id, { undoMs: LONG_MS });
    void from.remove(id, { undoMs: LONG_MS });
    assert.equal(
      from.uploads[0]?.undoUntilMs === undefined,
      false,
      'the same again changes nothing',
    );
    await from.cancel(id);
    await removed;
    assert.equal(await stateOf(worker), 'aborted');
    assert.deepEqual(from.uploads, []);
  });

  it('brings a paused upload back as paused', async () => {
    const { from, id } = await sending(worker);
    from.pause(id);
    void from.cancel(id, { undoMs: LONG_MS });
    from.undo(id);
    assert.equal(from.uploads[0]?.status, 'paused');
  });

  it('ends as cancelled when the page goes away', async () => {
    // A real event would end the test runner's own session.
    const { addEventListener: real } = window;
    const listeners: (() => void)[] = [];
    window.addEventListener = (type: string, listener: unknown, ...rest: unknown[]) => {
      if (type === 'pagehide') listeners.push(listener as () => void);
      else Reflect.apply(real, window, [type, listener, ...rest]);
    };
    const { from, id } = await sending(worker).finally(() => (window.addEventListener = real));
    void from.cancel(id, { undoMs: LONG_MS });
    await worker.report();
    for (const listener of listeners) listener();
    while ((await stateOf(worker)) !== 'aborted');
  });

  it('ends as cancelled when the uploader is closed', async () => {
    const { from, id } = await sending(worker);
    void from.cancel(id, { undoMs: LONG_MS });
    from.close();
    while ((await stateOf(worker)) !== 'aborted');
  });

  it('is not offered by the next visit, which aborts it, if the page died meanwhile', async () => {
    const { from, id } = await sending(worker);
    await worker.fault({ side: 'api', match: 'DELETE', times: null, reset: true });
    void from.cancel(id, { undoMs: LONG_MS });
    await worker.report();
    from.close();
    while (!(await worker.count('api', /DELETE/)));
    await worker.clear();
    assert.deepEqual(await uploader(worker).interrupted(), []);
    while ((await stateOf(worker)) !== 'aborted');
  });

  it('is offered by the next visit if it was undone before', async () => {
    const { from, id } = await sending(worker);
    void from.cancel(id, { undoMs: LONG_MS });
    await until(() => from.uploads[0]?.status === 'cancelled');
    from.undo(id);
    await whenUpload(from, ({ status }) => status === 'uploading');
    from.close();
    const offered = await uploader(worker).interrupted();
    assert.deepEqual(
      offered.map((upload) => upload.id),
      [id],
    );
  });
});

describe('upload-cancel', () => {
  afterEach(closeAll);

  it('comes before a cancel and a removal, and prevents them', async () => {
    const worker = await fake();
    const { from, id } = await sending(worker);
    const asked: string[] = [];
    let isKept = true;
    from.addEventListener('upload-cancel', (event) => {
      asked.push(`${event.upload.id} ${event.upload.status}`);
      if (isKept) event.preventDefault();
    });
    await from.cancel();
    await from.remove(id);
    assert.deepEqual(asked, [`${id} uploading`, `${id} uploading`]);
    assert.equal(from.uploads[0]?.status, 'uploading');
    assert.equal(await worker.count('api', /DELETE/), 0);
    isKept = false;
    await from.remove(id);
    assert.deepEqual(from.uploads, []);
  });

  it('does not come for what is done or was cancelled before', async () => {
    const worker = await fake();
    const from = uploader(worker);
    from.add([randomFile(100, 'a')]);
    await settled(from);
    let asked = 0;
    from.addEventListener('upload-cancel', () => asked++);
    await from.cancel();
    from.clear();
    assert.deepEqual([asked, from.uploads.length], [0, 0]);
  });
});
