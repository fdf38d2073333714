/** What an earlier visit has left behind, and how it is gone on with: with real file handles. */
import type { Interrupted, Uploader } from '../../../widget/core/index.ts';
import type { JournalEntry } from '../../../widget/core/journal/entries.ts';
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  sha256,
  uploader,
  whenUpload,
  type Fake,
} from './fake/client.ts';

const PARTS = 16;

/** WebKit on Linux has no file system of its own to take handles from. */
const itWithHandles = 'getDirectory' in (navigator.storage ?? {}) ? it : it.skip;

afterEach(closeAll);

/** The store takes so many parts more, and is silent about all others until the faults are cleared. */
async function takeOnly(worker: Fake, parts: number): Promise<void> {
  await worker.fault({ side: 'store', skip: parts, times: null, stall: true });
}

/** A file in the browser's own file system, whose handle is as real as one from a drop. */
async function fileOnDisk(name: string): Promise<FileSystemFileHandle> {
  const directory = await navigator.storage.getDirectory();
  const handle = await directory.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  await writable.write(randomFile(PARTS * MIB));
  await writable.close();
  return handle;
}

/** Begins an upload, and leaves it at half as a page does that goes away. */
async function leftAtHalf(
  worker: Fake,
  file: File,
  { handle, path, place }: { handle?: FileSystemFileHandle; path?: string; place?: string } = {},
): Promise<{ id: string; loaded: number }> {
  await takeOnly(worker, PARTS / 2);
  const first = uploader(worker, { ...(place !== undefined && { place }) });
  first.add([{ file, handle, path }]);
  const { id, loaded } = await whenUpload(first, ({ loaded, bytes }) => loaded >= bytes / 2);
  await left(worker, first);
  await worker.clear();
  return { id, loaded };
}

/** Closes it, and waits until nothing of it is on the way and its locks are free. */
async function left(worker: Fake, from: Uploader): Promise<void> {
  from.close();
  while ((await worker.report()).inFlight);
  while ((await navigator.locks.query()).held?.length);
}

async function idsOf(from: Uploader): Promise<string[]> {
  return (await from.interrupted()).map(({ id }) => id);
}

/** The journal as the browser has it: values by their keys. */
async function journal<T>(use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await result(indexedDB.open('s3-upload'));
  try {
    return await result(use(database.transaction('uploads', 'readwrite').objectStore('uploads')));
  } finally {
    database.close();
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason')));
  });
}

describe('an interrupted upload', () => {
  for (const listParts of [true, false]) {
    itWithHandles(
      `goes on by its handle where the store can${listParts ? '' : 'not'} list parts, with what is missing`,
      async () => {
        const worker = await fake({ listParts });
        const handle = await fileOnDisk('interview.mov');
        const file = await handle.getFile();
        const before = await leftAtHalf(worker, file, { handle });
        const sentBefore = await worker.count('store', /PUT/);

        const second = uploader(worker);
        const calls = await worker.count('api');
        const [found, ...others] = await second.interrupted();
        assert.equal(others.length, 0);
        assert.deepEqual(
          [found?.id, found?.name, found?.bytes, found?.lastModified],
          [before.id, 'interview.mov', PARTS * MIB, file.lastModified],
        );
        assert.ok(Date.parse(found?.expiresAt ?? '') > Date.now());
        assert.ok(found?.handle && (await found.handle.isSameEntry(handle)), 'its handle is there');
        // The policy is asked for by every new uploader, and may come at any time.
        assert.ok((await worker.count('api')) - calls <= 1, 'nobody is asked');

        const { handle: kept } = found;
        second.add([{ id: found.id, handle: kept, file: await kept.getFile() }]);
        await settled(second);
        const [upload] = second.uploads;
        assert.equal(upload?.status, 'done', String(upload?.error));
        assert.equal(upload?.id, before.id);
        assert.ok(upload?.resumed);
        const sent = (await worker.count('store', /PUT/)) - sentBefore;
        assert.ok(sent <= PARTS - before.loaded / MIB, `${sent} parts were sent again`);
        const { uploads, breaches } = await worker.report();
        assert.deepEqual(breaches, []);
        assert.deepEqual(
          uploads.map(({ sha256 }) => sha256),
          [await sha256(file)],
        );
        assert.deepEqual(await idsOf(uploader(worker)), [], 'what is done is forgotten');
      },
    );
  }

  itWithHandles('is told of without a handle, too, and keeps the one that it had', async () => {
    const worker = await fake();
    const handle = await fileOnDisk('kept.mov');
    const file = await handle.getFile();
    await leftAtHalf(worker, file, { handle });
    await takeOnly(worker, 0);
    const second = uploader(worker);
    second.add([file]);
    await whenUpload(second, ({ resumed }) => resumed);
    await left(worker, second);
    await worker.clear();
    const third = uploader(worker);
    const [found] = await third.interrupted();
    assert.ok(found?.handle, 'picked again without a handle, it has still the old one');
    const plain = randomFile(PARTS * MIB, 'plain.mov');
    const { id } = await leftAtHalf(worker, plain, { path: 'takes/plain.mov' });
    const entry = (await third.interrupted()).find((one: Interrupted) => one.id === id);
    assert.deepEqual([entry?.path, entry?.handle], ['takes/plain.mov', undefined]);
  });

  it('says how much of it is stored, where this browser has to keep the receipts', async () => {
    const worker = await fake({ listParts: false });
    const { loaded } = await leftAtHalf(worker, randomFile(PARTS * MIB));
    const [entry] = await uploader(worker).interrupted();
    assert.deepEqual(entry?.stored, { parts: loaded / MIB, bytes: loaded });
  });

  it('shows only where it was begun', async () => {
    const worker = await fake();
    const { id } = await leftAtHalf(worker, randomFile(PARTS * MIB), { place: '/profile avatar' });
    assert.deepEqual(await idsOf(uploader(worker, { place: '/videos' })), []);
    assert.deepEqual(await idsOf(uploader(worker)), []);
    assert.deepEqual(await idsOf(uploader(await fake(), { place: '/profile avatar' })), []);
    const there = uploader(worker, { place: '/profile avatar', resume: false });
    assert.deepEqual(await idsOf(there), [], 'nor where nothing is to be resumed');
    assert.deepEqual(await idsOf(uploader(worker, { place: '/profile avatar' })), [id]);
  });

  it('is none as long as some tab is at it', async () => {
    const worker = await fake();
    await takeOnly(worker, 1);
    const first = uploader(worker);
    first.add([randomFile(PARTS * MIB)]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    const second = uploader(worker);
    assert.deepEqual(await idsOf(second), []);
    await second.forget(id);
    first.pause();
    assert.deepEqual([await idsOf(first), await idsOf(second)], [[], []], 'paused, it is held');
    await worker.clear();
    first.resume();
    await settled(first);
    const [upload] = first.uploads;
    assert.deepEqual([upload?.id, upload?.status], [id, 'done']);
    assert.equal(await worker.count('api', /DELETE/), 0, 'another cannot give it up');
  });

  it('is sent as one of its own where another tab has gone on with it meanwhile', async () => {
    const worker = await fake();
    const file = randomFile(PARTS * MIB);
    const { id } = await leftAtHalf(worker, file);
    await takeOnly(worker, 0);
    const [first, second] = [uploader(worker), uploader(worker)];
    first.add([{ file, id }]);
    await whenUpload(first, ({ resumed }) => resumed);
    first.pause();
    await worker.clear();
    second.add([{ file, id }]);
    await settled(second);
    first.resume();
    await settled(first);
    const hash = await sha256(file);
    assert.equal(first.uploads[0]?.id, id);
    assert.deepEqual(
      (await worker.report()).uploads.map(({ state, sha256 }) => [state, sha256]),
      [
        ['complete', hash],
        ['complete', hash],
      ],
    );
  });

  it('is none where it was cancelled, also while the Worker is away', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'DELETE', times: null, reset: true });
    await takeOnly(worker, 1);
    const first = uploader(worker);
    first.add([randomFile(PARTS * MIB)]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    const leaving = first.cancel();
    const isKept = async () =>
      (await journal((store) => store.getAll())).some(
        (entry: JournalEntry) => entry.id === id && !entry.isCancelled,
      );
    while (await isKept());
    await left(worker, first);
    await leaving;
    assert.deepEqual(await idsOf(uploader(worker)), []);
  });

  it('is not offered once it has expired, and vanishes from the journal a month later', async () => {
    const worker = await fake({ uploadSeconds: 0 });
    await leftAtHalf(worker, randomFile(PARTS * MIB, 'late.mov'));
    const isLate = (key: IDBValidKey) => String(key).includes('\nlate.mov\n');
    const isKept = async () => (await journal((store) => store.getAllKeys())).some(isLate);
    assert.ok(await isKept());
    assert.deepEqual(await idsOf(uploader(worker)), []);
    assert.ok(await isKept(), 'the clock may be wrong');
    const { now } = Date;
    Date.now = () => now() + 31 * 86_400_000;
    try {
      assert.deepEqual(await idsOf(uploader(worker)), []);
    } finally {
      Date.now = now;
    }
    assert.ok(!(await isKept()));
  });

  it('is found among entries that nobody can read, which go', async () => {
    const worker = await fake();
    const file = randomFile(PARTS * MIB);
    const { id } = await leftAtHalf(worker, file);
    const good = { id, name: 'a', bytes: 1, expiresAt: '2999-01-01T00:00:00Z' };
    const poison: Record<string, unknown> = {
      nothing: null,
      text: 'text',
      path: { ...good, id: '../policy' },
      nameless: { ...good, name: undefined },
      large: { ...good, bytes: 'many' },
      old: { id },
      timeless: { ...good, expiresAt: {} },
    };
    for (const [key, value] of Object.entries(poison)) {
      await journal((store) => store.put(value, `${worker.endpoint}\n${key}`));
    }
    const second = uploader(worker);
    assert.deepEqual(await idsOf(second), [id]);
    const keys = await journal((store) => store.getAllKeys());
    assert.equal(keys.filter((key) => String(key).startsWith(worker.endpoint)).length, 1);
  });

  it('begins anew where its entry is poisoned', async () => {
    const worker = await fake();
    const file = randomFile(PARTS * MIB);
    const { id } = await leftAtHalf(worker, file);
    const keys = await journal((store) => store.getAllKeys());
    const key = keys.find((key) => String(key).startsWith(worker.endpoint)) ?? '';
    for (const value of [{ id: '../policy' }, { id, parts: [null, 7, {}] }, 'text']) {
      await journal((store) => store.put(value, key));
      const second = uploader(worker);
      second.add([file]);
      await settled(second);
      assert.equal(second.uploads[0]?.status, 'done', String(second.uploads[0]?.error));
    }
    const hash = await sha256(file);
    for (const upload of (await worker.report()).uploads) {
      if (upload.state === 'complete') assert.equal(upload.sha256, hash);
    }
  });

  itWithHandles('is journalled where its handle cannot be kept', async () => {
    const worker = await fake();
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value: { handle?: unknown }, key?: IDBValidKey) {
      if (value.handle) throw new DOMException('A handle.', 'DataCloneError');
      return put.call(this, value, key);
    };
    try {
      const handle = await fileOnDisk('private.mov');
      const { id } = await leftAtHalf(worker, await handle.getFile(), { handle });
      const [found] = await uploader(worker).interrupted();
      assert.deepEqual([found?.id, found?.handle], [id, undefined]);
    } finally {
      IDBObjectStore.prototype.put = put;
    }
  });
});

describe('forget', () => {
  it('aborts it on the store, and it is offered no more', async () => {
    const worker = await fake();
    const { id } = await leftAtHalf(worker, randomFile(PARTS * MIB));
    const second = uploader(worker);
    await second.forget(id);
    assert.deepEqual(await idsOf(second), []);
    assert.deepEqual(
      (await worker.report()).uploads.map(({ state, parts }) => [state, parts.length]),
      [['aborted', 0]],
    );
    await second.forget(id);
    assert.equal(await worker.count('api', /DELETE/), 1, 'once is enough');
  });

  it('leaves alone what was complete, only nobody had heard of it', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: 'complete', times: null, loseReply: true });
    const first = uploader(worker);
    first.add([randomFile(PARTS * MIB)]);
    const { id } = await whenUpload(first, ({ loaded, bytes }) => loaded === bytes);
    while ((await worker.report()).uploads[0]?.state !== 'complete');
    await left(worker, first);
    await worker.clear();
    const second = uploader(worker);
    assert.deepEqual(await idsOf(second), [id]);
    await second.forget(id);
    assert.deepEqual(await idsOf(second), []);
    assert.equal(await worker.count('api', /DELETE/), 0);
  });

  it('aborts a file that goes in one request, too', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, stall: true });
    const first = uploader(worker);
    const files = Array.from({ length: 8 }, (_, at) => randomFile(MIB, `small-${at}.bin`));
    const { uploads } = first.add(files);
    const second = uploader(worker);
    // Small files are noted once they have been under way for some seconds.
    const noted = async () =>
      (await journal((store) => store.getAll())).filter(({ id }: Interrupted) =>
        uploads.some((upload) => upload.id === id),
      );
    while ((await noted()).length < files.length) await new Promise((go) => setTimeout(go, 100));
    await left(worker, first);
    await Promise.all(uploads.map(({ id }) => second.forget(id)));
    assert.deepEqual(
      (await worker.report()).uploads.map(({ state }) => state),
      files.map(() => 'aborted'),
    );
    assert.deepEqual(await idsOf(second), []);
  });

  it('needs no Worker to be there', async () => {
    const worker = await fake();
    const { id } = await leftAtHalf(worker, randomFile(PARTS * MIB));
    await worker.fault({ side: 'api', match: 'resume', times: null, reset: true });
    const second = uploader(worker, { patienceMs: 0 });
    await second.forget(id);
    assert.deepEqual(await idsOf(second), []);
  });
});
