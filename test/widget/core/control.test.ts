import type { UploadSnapshot } from '../../../widget/core/index.ts';
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

afterEach(closeAll);

const isHalf = ({ loaded, bytes }: UploadSnapshot) => loaded >= bytes / 2;

async function slowFake(options = {}): Promise<Fake> {
  const worker = await fake(options);
  await worker.fault({ side: 'store', times: Infinity, delayMs: 40 });
  return worker;
}

describe('pause', () => {
  it('frees the slots at once, and resume sends only what is missing', async () => {
    const worker = await slowFake();
    const from = uploader(worker);
    const file = randomFile(24 * MIB);
    from.add([file]);
    await whenUpload(from, isHalf);
    from.pause();
    const [paused] = from.uploads;
    assert.equal(paused?.status, 'paused');
    assert.equal(paused?.sent, paused?.loaded, 'nothing is in flight');
    from.add([randomFile(1000, 'other')]);
    await whenUpload(from, ({ name, status }) => name === 'other' && status === 'done');
    assert.equal(from.uploads[0]?.status, 'paused');
    const before = (paused?.loaded ?? 0) / MIB;
    const sent = await worker.count('store', /PUT/);
    from.resume();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
    // What the store has taken in without anybody hearing of it is sent again.
    assert.ok((await worker.count('store', /PUT/)) - sent <= 24 - before);
    const [stored] = (await worker.report()).uploads;
    assert.equal(stored?.sha256, await sha256(file));
  });

  it('frees its slot also where reading the file hangs, as on a drive that was unplugged', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, reset: true });
    const from = uploader(worker, { concurrency: 1 });
    const file = randomFile(8 * MIB);
    const slice = file.slice.bind(file);
    let isRead = false;
    file.slice = (start, end, type) => {
      const blob = slice(start, end, type);
      if (start === -1) {
        blob.arrayBuffer = () => {
          isRead = true;
          return new Promise(() => undefined);
        };
      }
      return blob;
    };
    from.add([file]);
    await until(() => isRead);
    from.pause();
    await worker.clear();
    from.add([randomFile(6 * MIB, 'other')]);
    await whenUpload(from, ({ name, status }) => name === 'other' && status === 'done');
    assert.equal(from.uploads[0]?.status, 'paused');
  });

  it('of one file lets the others go on, also where only one request is allowed', async () => {
    const worker = await slowFake();
    const from = uploader(worker, { concurrency: 1 });
    const { uploads } = from.add([randomFile(8 * MIB, 'first'), randomFile(8 * MIB, 'second')]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    from.pause(uploads[0]?.id);
    await whenUpload(from, ({ name, status }) => name === 'second' && status === 'done');
    assert.equal(from.uploads[0]?.status, 'paused');
  });

  it('and resume may be called at any time, in any order', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const file = randomFile(12 * MIB);
    from.resume();
    from.add([file]);
    for (let round = 0; round < 30; round++) {
      from.pause();
      if (round % 3) await new Promise((resolve) => setTimeout(resolve, round));
      from.resume();
      from.resume();
      from.retry();
      if (round % 2) await new Promise((resolve) => setTimeout(resolve, round));
    }
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    const [stored] = (await worker.report()).uploads;
    assert.equal(stored?.sha256, await sha256(file));
    assert.deepEqual((await worker.report()).breaches, []);
  });
});

describe('cancel', () => {
  it('aborts the upload on the store', async () => {
    const worker = await slowFake();
    const from = uploader(worker);
    from.add([randomFile(24 * MIB)]);
    await whenUpload(from, isHalf);
    await from.cancel();
    assert.equal(from.uploads[0]?.status, 'cancelled');
    assert.deepEqual(
      (await worker.report()).uploads.map(({ state, parts }) => ({ state, parts })),
      [{ state: 'aborted', parts: [] }],
    );
  });

  it('leaves nothing open where Create is still under way', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'POST /uploads$', isHeld: true });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    while (!(await worker.count('api', /POST \/uploads$/)));
    const cancelled = from.cancel();
    await worker.clear();
    await cancelled;
    assert.deepEqual(
      (await worker.report()).uploads.map(({ state }) => state),
      ['aborted'],
    );
    assert.equal(await worker.count('store'), 0);
  });

  it('comes too late while the store puts the file together, and says so', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'complete', isHeld: true });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    await whenUpload(from, ({ status }) => status === 'completing');
    const cancelled = from.cancel();
    await worker.clear();
    await cancelled;
    assert.equal(from.uploads[0]?.status, 'done');
    assert.equal((await worker.report()).uploads[0]?.state, 'complete');
  });

  it('of a queued file costs no request', async () => {
    const worker = await fake();
    const from = uploader(worker, { auto: false });
    from.add([randomFile(1000)]);
    await from.cancel();
    assert.equal(await worker.count('api', /uploads/), 0);
  });
});

describe('remove and clear', () => {
  it('take rows away and leave nothing open', async () => {
    const worker = await slowFake();
    const from = uploader(worker);
    const { uploads } = from.add([randomFile(100, 'a'), randomFile(24 * MIB, 'b')]);
    await whenUpload(from, ({ name, loaded }) => name === 'b' && loaded > 0);
    await whenUpload(from, ({ name, status }) => name === 'a' && status === 'done');
    const removed: string[] = [];
    from.addEventListener('upload-removed', (event) => {
      removed.push(event.upload.name);
    });
    from.clear();
    assert.deepEqual(
      from.uploads.map(({ name }) => name),
      ['b'],
    );
    await from.remove(uploads[1]?.id ?? '');
    assert.deepEqual(from.uploads, []);
    assert.equal(from.totals.files, 0);
    assert.equal(from.totals.bytes, 0);
    assert.deepEqual(removed, ['a', 'b']);
    assert.deepEqual((await worker.report()).uploads.map(({ state }) => state).sort(), [
      'aborted',
      'complete',
    ]);
  });
});

describe('close', () => {
  it('stops every request', async () => {
    const worker = await slowFake();
    const from = uploader(worker);
    from.add([randomFile(24 * MIB), randomFile(1000, 'small')]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    from.close();
    while ((await worker.report()).inFlight);
    const before = (await worker.report()).log.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal((await worker.report()).log.length, before);
  });
});

describe('configure', () => {
  it('makes the next calls as another caller, by that caller’s policy', async () => {
    const worker = await fake({ bearer: 'one' });
    const from = uploader(worker, { getToken: () => 'one' });
    from.add([randomFile(10)]);
    await settled(from);
    await worker.set({ bearer: 'two', maxBytes: 5, checksum: 'crc64nvme' });
    from.configure({ getToken: () => 'two' });
    await until(() => from.checksum === 'crc64nvme');
    const { rejected } = from.add([randomFile(6)]);
    assert.equal(rejected[0]?.error.code, 'too_large');
    from.add([randomFile(5)]);
    await settled(from);
    assert.equal(from.uploads[1]?.status, 'done', String(from.uploads[1]?.error));
  });
});

describe('start', () => {
  it('lets go what was added with auto off, and what upload-start held back', async () => {
    const worker = await fake();
    const from = uploader(worker, { auto: false });
    let refusals = 1;
    from.addEventListener('upload-start', (event) => {
      if (refusals-- > 0) event.preventDefault();
    });
    from.add([randomFile(10)]);
    assert.equal(await worker.count('api', /uploads/), 0);
    from.start();
    await until(() => refusals <= 0);
    assert.equal(from.uploads[0]?.status, 'queued');
    from.start();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });
});

describe('a reload', () => {
  for (const listParts of [true, false]) {
    it(`goes on with the same upload where the store can${listParts ? '' : 'not'} list parts`, async () => {
      const worker = await slowFake({ listParts });
      const file = randomFile(24 * MIB);
      const first = uploader(worker);
      first.add([file]);
      const before = await whenUpload(first, isHalf);
      dispatchEvent(new Event('pagehide'));
      first.close();
      while ((await worker.report()).inFlight);
      const sentBefore = await worker.count('store', /PUT/);

      const second = uploader(worker);
      second.add([file]);
      const known = await whenUpload(second, ({ resumed }) => resumed);
      assert.ok(known.loaded >= before.loaded, `${known.loaded} of ${before.loaded}`);
      await settled(second);
      const [upload] = second.uploads;
      assert.equal(upload?.status, 'done', String(upload?.error));
      assert.equal(upload?.id, before.id);
      const { uploads, breaches } = await worker.report();
      assert.deepEqual(breaches, []);
      assert.equal(uploads.length, 1);
      assert.equal(uploads[0]?.sha256, await sha256(file));
      const sent = (await worker.count('store', /PUT/)) - sentBefore;
      assert.ok(sent <= 24 - before.loaded / MIB, `${sent} parts were sent again`);
    });
  }

  it('begins anew with another file of the same name, size and date', async () => {
    const worker = await slowFake();
    const first = uploader(worker);
    first.add([randomFile(24 * MIB, 'same', 1)]);
    const before = await whenUpload(first, isHalf);
    first.close();
    const second = uploader(worker);
    const other = randomFile(24 * MIB, 'same', 2);
    second.add([other]);
    await settled(second);
    const [upload] = second.uploads;
    assert.equal(upload?.status, 'done');
    assert.ok(upload?.id !== before.id);
    assert.ok(!upload?.resumed);
    const stored = (await worker.report()).uploads.find(({ id }) => id === upload?.id);
    assert.equal(stored?.sha256, await sha256(other));
  });

  it('sends again the parts in which the file differs from what was stored', async () => {
    const worker = await slowFake();
    const file = randomFile(24 * MIB, 'same', 3);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const first = uploader(worker);
    first.add([file]);
    await whenUpload(first, isHalf);
    first.close();
    const edited = bytes.slice();
    edited[MIB + 5] = (edited[MIB + 5] ?? 0) ^ 1;
    const other = new File([edited], 'same', { lastModified: file.lastModified });
    const second = uploader(worker);
    second.add([other]);
    await settled(second);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(other));
  });

  it('begins anew where the Worker has forgotten the upload', async () => {
    const worker = await slowFake();
    const file = randomFile(24 * MIB);
    const first = uploader(worker);
    first.add([file]);
    const { id } = await whenUpload(first, isHalf);
    first.close();
    await worker.forget(id);
    const second = uploader(worker);
    second.add([file]);
    await settled(second);
    assert.equal(second.uploads[0]?.status, 'done');
    assert.ok(second.uploads[0]?.id !== id);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });
});
