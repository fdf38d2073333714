/** Files that wait for their turn, and a page that goes away meanwhile. */
import { createStore, entries } from 'idb-keyval';
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

/** More than are on their way at once. */
const FILES = 7;

afterEach(closeAll);

function videos(from = 0, to = FILES): File[] {
  return Array.from({ length: to - from }, (_, at) => randomFile(8 * MIB, `${from + at}.mov`));
}

/** A store that takes one part, and is silent about all others. */
async function stuck(): Promise<Fake> {
  const worker = await fake();
  await worker.fault({ side: 'store', skip: 1, times: null, stall: true });
  return worker;
}

async function held(): Promise<number> {
  return (await navigator.locks.query()).held?.length ?? 0;
}

/** What a new page would offer: the old one has gone. */
async function afterReload(worker: Fake, isNoted: () => Promise<boolean>) {
  while (!(await isNoted()));
  closeAll();
  while ((await worker.report()).inFlight || (await held()));
  await worker.clear();
  const second = uploader(worker);
  return { second, offered: await second.interrupted() };
}

/** How many of this Worker's uploads are in the journal, and how many it has answered. */
async function journal(worker: Fake): Promise<{ noted: number; answered: number }> {
  const all = await entries<string, { token?: string }>(createStore('s3-upload', 'uploads'));
  const own = all.filter(([key]) => key.startsWith(worker.endpoint));
  return { noted: own.length, answered: own.filter(([, { token }]) => token).length };
}

async function noted(worker: Fake): Promise<number> {
  return (await journal(worker)).noted;
}

describe('a file that waits for its turn', () => {
  it('is offered after a reload like those that had begun, and goes on under its id', async () => {
    const worker = await stuck();
    const files = videos();
    const first = uploader(worker);
    const { uploads } = first.add(files);
    const { second, offered } = await afterReload(worker, async () => {
      const { noted, answered } = await journal(worker);
      return noted === FILES && answered > 0;
    });
    assert.deepEqual(
      offered.map(({ id, name }) => [id, name]),
      uploads.map(({ id, name }) => [id, name]),
    );
    const { answered } = await journal(worker);
    assert.ok(answered < FILES, `${answered} had begun`);

    second.add(offered.map(({ id }, at) => ({ id, file: files[at] as File })));
    await settled(second);
    assert.deepEqual(
      second.uploads.map(({ id, status }) => [id, status]),
      uploads.map(({ id }) => [id, 'done']),
    );
    assert.equal(
      await worker.count('api', /resume/),
      answered,
      'what was never begun is not looked for',
    );
    const report = await worker.report();
    assert.deepEqual(report.breaches, []);
    assert.deepEqual(
      new Set(report.uploads.map(({ sha256 }) => sha256)),
      new Set(await Promise.all(files.map(sha256))),
    );
    assert.equal(await noted(worker), 0, 'what is done is forgotten');
  });

  it('is known again when it is chosen anew', async () => {
    const worker = await stuck();
    const files = videos();
    const { uploads } = uploader(worker).add(files);
    const { second } = await afterReload(worker, async () => (await noted(worker)) === FILES);
    second.add(files);
    await settled(second);
    assert.deepEqual(
      second.uploads.map(({ id, status }) => [id, status]),
      uploads.map(({ id }) => [id, 'done']),
    );
    assert.deepEqual(await second.interrupted(), []);
  });

  it('is remembered also when it comes while others are on their way', async () => {
    const worker = await stuck();
    const first = uploader(worker);
    first.add(videos(0, 3));
    await whenUpload(first, ({ loaded }) => loaded > 0);
    first.add(videos(3));
    const { offered } = await afterReload(worker, async () => (await noted(worker)) === FILES);
    assert.equal(offered.length, FILES);
  });

  it('is offered nowhere as long as its page is there, and not when it was cancelled', async () => {
    const worker = await stuck();
    const first = uploader(worker);
    const { uploads } = first.add(videos());
    while ((await noted(worker)) < FILES);
    assert.deepEqual(await uploader(worker).interrupted(), []);
    const last = uploads.at(-1)?.id ?? '';
    await first.cancel(last);
    const { offered } = await afterReload(worker, async () => (await noted(worker)) < FILES);
    assert.deepEqual(
      offered.map(({ id }) => id),
      uploads.map(({ id }) => id).filter((id) => id !== last),
    );
  });

  it('leaves no trace where it was cancelled before it could be noted', async () => {
    const worker = await stuck();
    const first = uploader(worker);
    first.add(videos());
    await first.cancel();
    while (await held());
    assert.equal(await noted(worker), 0);
  });
});

describe('a small file', () => {
  /** More than go at once, and than come in one Create. */
  const PHOTOS = 30;

  function photos(from = 0, to = PHOTOS): File[] {
    return Array.from({ length: to - from }, (_, at) => randomFile(50_000, `${from + at}.jpg`));
  }

  /** A drop that stood still after its first file, which was stored, but not completed. */
  async function brokenOff(worker: Fake) {
    await worker.fault({ side: 'api', match: 'complete', times: null, stall: true });
    const files = photos();
    const first = uploader(worker);
    const { uploads } = first.add(files);
    await whenUpload(first, ({ status }) => status === 'completing');
    const reloaded = await afterReload(worker, async () => (await noted(worker)) === PHOTOS);
    return { ...reloaded, files, ids: uploads.map(({ id }) => id) };
  }

  async function assertArrived(worker: Fake, files: readonly File[]): Promise<void> {
    const report = await worker.report();
    assert.deepEqual(report.breaches, []);
    const sums = new Set(report.uploads.map(({ sha256 }) => sha256));
    for (const file of files) assert.ok(sums.has(await sha256(file)), file.name);
    assert.equal(await noted(worker), 0, 'what is done is forgotten');
  }

  for (const [how, formMaxBytes] of [
    ['in one PUT', -1],
    ['as a form', MIB],
  ] as const) {
    it(`that goes ${how} is offered after a reload, whether it waited or was on its way`, async () => {
      const worker = await fake({ formMaxBytes });
      await worker.fault({ side: 'store', skip: 1, times: null, stall: true });
      const { second, offered, ids, files } = await brokenOff(worker);
      assert.deepEqual(
        offered.map(({ id }) => id),
        ids,
      );
      const creates = await worker.count('api', /POST .*uploads$/);
      second.add(offered.map(({ id }, at) => ({ id, file: files[at] as File })));
      await settled(second);
      assert.deepEqual(
        second.uploads.map(({ id, status }) => [id, status]),
        ids.map((id) => [id, 'done']),
      );
      assert.equal(await worker.count('api', /resume/), 0, 'none is asked for by itself');
      assert.ok((await worker.count('api', /POST .*uploads$/)) - creates < files.length / 2);
      await assertArrived(worker, files);
    });
  }

  it('is known again when it is chosen anew', async () => {
    const worker = await stuck();
    const { second, ids, files } = await brokenOff(worker);
    second.add(files);
    await settled(second);
    assert.deepEqual(
      second.uploads.map(({ id, status }) => [id, status]),
      ids.map((id) => [id, 'done']),
    );
    await assertArrived(worker, files);
    assert.deepEqual(await second.interrupted(), []);
  });

  it('costs the journal nothing where the line is fast', async () => {
    const worker = await fake();
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    IDBObjectStore.prototype.put = function (...args) {
      puts++;
      return put.apply(this, args);
    };
    try {
      const first = uploader(worker);
      first.add(photos());
      await settled(first);
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    assert.equal(puts, 0);
  });

  it('leaves no trace where it was cancelled', async () => {
    const worker = await stuck();
    const first = uploader(worker);
    first.add(photos());
    while (!(await noted(worker)));
    await first.cancel();
    while (await held());
    assert.equal(await noted(worker), 0);
  });
});

describe('an uploader that is closed', () => {
  it('lets go of what waits, is paused or has failed: the next one goes on with it', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', match: '0.mov', times: null, answer: { status: 403 } });
    await worker.fault({ side: 'store', times: null, stall: true });
    const first = uploader(worker, { patienceMs: 0 });
    const { uploads } = first.add(videos());
    while ((await noted(worker)) < FILES);
    first.pause(uploads[1]?.id);
    first.pause(uploads[FILES - 1]?.id);
    assert.ok((await held()) >= FILES);
    first.close();
    while (await held());
  });
});
