/** Whose an interrupted upload is, where people share a browser; and ids that are no UUIDs. */
import { isUploadError, type Uploader } from '../../../widget/core/index.ts';
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

/** Starts an upload, leaves it half sent as a page that is closed does, and returns its id. */
async function leave(worker: Fake): Promise<string> {
  await worker.fault({ side: 'store', skip: 2, times: null, stall: true });
  const first = uploader(worker);
  first.add([randomFile(8 * MIB)]);
  const { id } = await whenUpload(first, ({ loaded }) => loaded === 2 * MIB);
  first.close();
  while ((await worker.report()).inFlight);
  while ((await navigator.locks.query()).held?.length);
  await worker.clear();
  return id;
}

async function idsOf(from: Uploader): Promise<string[]> {
  return (await from.interrupted()).map(({ id }) => id);
}

describe('an interrupted upload', () => {
  it('is told of to the caller whose it is, and to nobody else', async () => {
    const worker = await fake({ caller: 'alice' });
    const id = await leave(worker);
    await worker.set({ caller: 'bob' });
    assert.deepEqual(await idsOf(uploader(worker)), []);
    await worker.set({ caller: 'alice' });
    assert.deepEqual(await idsOf(uploader(worker)), [id]);
  });

  it('of an anonymous caller is told of to anonymous callers only', async () => {
    const worker = await fake();
    const id = await leave(worker);
    assert.deepEqual(await idsOf(uploader(worker)), [id]);
    await worker.set({ caller: 'alice' });
    assert.deepEqual(await idsOf(uploader(worker)), []);
  });

  it('is not told of before the Worker has said who is calling', async () => {
    const worker = await fake({ caller: 'alice' });
    const id = await leave(worker);
    await worker.fault({ side: 'api', match: 'policy', times: null, reset: true });
    const second = uploader(worker, { patienceMs: 0 });
    assert.deepEqual(await idsOf(second), []);
    await worker.clear();
    assert.deepEqual(await idsOf(second), [id], 'and is once it has');
  });

  it('is not told of to the next caller, whose policy cannot be had', async () => {
    const worker = await fake({ caller: 'alice' });
    const id = await leave(worker);
    const second = uploader(worker, { patienceMs: 0 });
    assert.deepEqual(await idsOf(second), [id]);
    await worker.fault({ side: 'api', match: 'policy', times: null, reset: true });
    second.configure({ getToken: () => 'another' });
    assert.deepEqual(await idsOf(second), []);
  });

  it('costs a page without one no request', async () => {
    const worker = await fake({ caller: 'alice' });
    const from = uploader(worker, { eager: false });
    assert.deepEqual(await idsOf(from), []);
    assert.equal(await worker.count('api'), 0);
  });
});

describe('an id that is not a UUID', () => {
  for (const id of ['../../api/x', 'a/complete', '..', 'complete', '', '%2e%2e', 'x?state=open']) {
    it(`is not sent anywhere: “${id}”`, async () => {
      const worker = await fake();
      const from = uploader(worker);
      await until(() => from.checksum !== undefined);
      const callsBefore = await worker.count('api');
      const error = await from.fileUrl(id).catch((reason: unknown) => reason);
      assert.ok(isUploadError(error) && error.code === 'invalid_request', String(error));
      await from.forget(id);
      await from.cancel(id);
      const { uploads, rejected } = from.add([{ file: randomFile(10), id }]);
      assert.deepEqual(
        [uploads.length, rejected.map((refusal) => refusal.error.code)],
        [0, ['invalid_request']],
      );
      // Whatever an id of this kind might have led to has gone out before the file that follows.
      from.add([randomFile(20, 'good.bin')]);
      const all = await settled(from);
      assert.deepEqual(
        all.map(({ name, status }) => [name, status]),
        [['good.bin', 'done']],
      );
      const { log } = await worker.report();
      const calls = log.filter(({ side }) => side === 'api').slice(callsBefore);
      assert.deepEqual(calls.map(({ line }) => line.replace(/^(\w+) .*\/api/, '$1 ')).sort(), [
        'POST /uploads',
        'POST /uploads/complete',
      ]);
    });
  }
});
