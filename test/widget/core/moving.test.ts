/** Uploads whose time ends while they are under way, and those that the store drops. */
import type { Uploader, UploadSnapshot } from '../../../widget/core/index.ts';
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

afterEach(closeAll);

const problem = (code: string, status: number) => ({
  status,
  body: JSON.stringify({ code, status, detail: 'The test says so.' }),
});
const EXPIRED = problem('expired', 410);
const GONE = problem('gone', 410);
const NO_SUCH_UPLOAD = { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' };

/** Large enough for parts that the Create does not sign. */
const PARTS = 24;

/** Everything that snapshots have said of the first upload. */
function watched(from: Uploader): UploadSnapshot[] {
  const seen: UploadSnapshot[] = [];
  from.addEventListener('upload-progress', ({ uploads: [upload] }) => {
    if (upload) seen.push(upload);
  });
  return seen;
}

async function only(from: Uploader): Promise<UploadSnapshot> {
  const [upload] = await settled(from);
  if (!upload) throw new Error('There is no upload.');
  return upload;
}

/** One Create, and every part once. */
async function assertNothingTwice(worker: Fake, parts: number): Promise<void> {
  assert.equal(await worker.count('api', /^POST \/uploads$/), 1);
  assert.equal(await worker.count('store', /^PUT/), parts);
}

describe('an upload that the Worker extends', () => {
  it('goes on with the newest token, and keeps that in the journal', async () => {
    const worker = await fake({ renews: true, signAtOnce: 4 });
    await worker.fault({ side: 'store', match: 'part=24$', isHeld: true });
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB);
    from.add([file]);
    const { id } = await whenUpload(from, ({ loaded }) => loaded >= (PARTS - 1) * MIB);
    const noted = await noteOf(id);
    assert.ok(/-renewed-renewed/.test(noted.token), noted.token);
    assert.ok(Date.parse(noted.expiresAt) > Date.now() + 1.5 * 86_400_000, noted.expiresAt);
    await worker.clear();
    const { status, error } = await only(from);
    assert.equal(status, 'done', error?.message);
    await assertNothingTwice(worker, PARTS);
    const { uploads, breaches } = await worker.report();
    assert.equal(uploads[0]?.sha256, await sha256(file));
    assert.deepEqual(breaches, []);
  });
});

describe('an upload whose token ends', () => {
  for (const [when, match] of [
    ['when it is complete', '/complete$'],
    ['when parts are signed', '/sign$'],
  ] as const) {
    for (const listParts of [true, false]) {
      it(`${when} is resumed with what is stored, listed or not (${listParts})`, async () => {
        const worker = await fake({ listParts, signAtOnce: 4 });
        await worker.fault({ side: 'api', match, answer: EXPIRED });
        const from = uploader(worker);
        const file = randomFile(PARTS * MIB);
        from.add([file]);
        const { status, error, restarts } = await only(from);
        assert.equal(status, 'done', error?.message);
        assert.equal(restarts, 0);
        assert.equal(await worker.count('api', /resume$/), 1);
        assert.equal(await worker.count('api', /^POST \/uploads$/), 1);
        assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
        if (listParts) await assertNothingTwice(worker, PARTS);
      });
    }
  }

  it('is created again under its id if it goes in one request', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', match: 'PUT', answer: { status: 403 }, times: 2 });
    await worker.fault({ side: 'api', match: '/sign$', answer: EXPIRED });
    const from = uploader(worker);
    from.add([randomFile(1000)]);
    const { status, restarts } = await only(from);
    assert.equal(status, 'done');
    assert.equal(restarts, 0);
    assert.equal((await worker.report()).uploads.length, 1);
  });

  it('again and again is resumed as often, as long as parts arrive', async () => {
    const worker = await fake({ signAtOnce: 4 });
    for (let skip = 0; skip < 5; skip++) {
      await worker.fault({ side: 'api', match: '/sign$', answer: EXPIRED, skip });
    }
    const from = uploader(worker);
    from.add([randomFile(2 * PARTS * MIB)]);
    const { status, error } = await only(from);
    assert.equal(status, 'done', error?.message);
    assert.equal(await worker.count('api', /resume$/), 5);
    await assertNothingTwice(worker, 2 * PARTS);
  });

  it('for good fails and says so, and begins again only when the user retries', async () => {
    const worker = await fake({ signAtOnce: 4 });
    await worker.fault({ side: 'api', match: '/(sign|resume)$', answer: EXPIRED, times: null });
    const from = uploader(worker);
    from.add([randomFile(PARTS * MIB)]);
    const failed = await only(from);
    assert.equal(failed.status, 'failed');
    assert.equal(failed.error?.code, 'expired');
    assert.equal(failed.error?.retryable, true);
    assert.equal(failed.restarts, 0);
    assert.equal(await worker.count('api', /^POST \/uploads$/), 1);
    await worker.clear();
    from.retry();
    const again = await only(from);
    assert.equal(again.status, 'done');
  });
});

describe('an upload that the store drops', () => {
  it('begins again from zero, counts that, and its progress falls', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', match: 'part=24$', answer: NO_SUCH_UPLOAD });
    await worker.fault({ side: 'api', match: 'resume$', answer: GONE });
    const from = uploader(worker);
    const seen = watched(from);
    const file = randomFile(PARTS * MIB);
    from.add([file]);
    const { status, restarts, error } = await only(from);
    assert.equal(status, 'done', error?.message);
    assert.equal(restarts, 1);
    const first = seen.filter((upload) => upload.restarts === 0);
    const second = seen.filter((upload) => upload.restarts === 1);
    assert.ok(Math.max(...first.map(({ loaded }) => loaded)) > 0);
    assert.ok(Math.min(...second.map(({ loaded }) => loaded)) < MIB);
    assert.equal(await worker.count('api', /^POST \/uploads$/), 2);
  });

  for (const [code, match] of [
    ['gone', '/complete$'],
    ['not_found', '/(complete|resume)$'],
  ] as const) {
    it(`as the Worker says with ${code} at Complete, begins again`, async () => {
      const worker = await fake();
      const answer = problem(code, code === 'gone' ? 410 : 404);
      const times = code === 'gone' ? 1 : 2;
      await worker.fault({ side: 'api', match, answer, times });
      const from = uploader(worker);
      from.add([randomFile(8 * MIB)]);
      const { status, restarts } = await only(from);
      assert.equal(status, 'done');
      assert.equal(restarts, 1);
    });
  }

  it('each time fails after the third time, although parts arrive in between', async () => {
    const worker = await fake();
    const dropped = { side: 'api', match: '/complete$', answer: GONE, times: null } as const;
    await worker.fault(dropped);
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    const { status, error, restarts } = await only(from);
    assert.equal(status, 'failed');
    assert.equal(error?.code, 'gone');
    assert.equal(error?.retryable, true);
    assert.ok(restarts >= 3 && restarts <= 4, `${restarts} restarts`);
  });

  it('as the Worker says once, is resumed if the Worker finds it after all', async () => {
    const worker = await fake();
    const answer = problem('not_found', 404);
    await worker.fault({ side: 'api', match: '/complete$', answer });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    const { status, restarts } = await only(from);
    assert.equal(status, 'done');
    assert.equal(restarts, 0);
    await assertNothingTwice(worker, 8);
  });

  it('in the words of a box, each time after more has arrived, is resumed each time', async () => {
    const worker = await fake();
    // Not by number: the next request has begun when one fails, and may be for any part.
    const stored = [2, 7, 11, 15, 19, 23];
    for (const leastStored of stored) {
      await worker.fault({ side: 'store', match: 'PUT', leastStored, answer: NO_SUCH_UPLOAD });
    }
    const from = uploader(worker, { concurrency: 1 });
    from.add([randomFile(PARTS * MIB)]);
    const { status, restarts, error } = await only(from);
    assert.equal(status, 'done', error?.message);
    assert.equal(restarts, 0);
    assert.equal(await worker.count('api', /resume$/), stored.length);
    // Each time, one request fails and one that had begun is given up.
    assert.ok((await worker.count('store', /^PUT/)) <= PARTS + 2 * stored.length);
  });

  it('only by the word of a box in between is resumed, however often the box says so', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', match: 'part=24$', answer: NO_SUCH_UPLOAD, times: 2 });
    const from = uploader(worker);
    from.add([randomFile(PARTS * MIB)]);
    const { status, restarts, error } = await only(from);
    assert.equal(status, 'done', error?.message);
    assert.equal(restarts, 0);
    assert.equal(await worker.count('api', /^POST \/uploads$/), 1);
  });
});

describe('an upload that is in conflict', () => {
  const CONFLICT = problem('conflict', 409);

  for (const when of ['sign', 'complete']) {
    it(`once (${when}) goes on with what is stored`, async () => {
      const worker = await fake({ signAtOnce: 4 });
      await worker.fault({ side: 'api', match: `/${when}$`, answer: CONFLICT });
      const from = uploader(worker);
      from.add([randomFile(PARTS * MIB)]);
      const { status, restarts, error } = await only(from);
      assert.equal(status, 'done', error?.message);
      assert.equal(restarts, 0);
      assert.equal(await worker.count('api', /^POST \/uploads$/), 1);
    });
  }

  it('for good, as where its key was taken meanwhile, fails, sends nothing twice and loses nothing', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: '/complete$', answer: CONFLICT, times: null });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    const failed = await only(from);
    assert.equal(failed.error?.code, 'conflict');
    assert.equal(failed.error?.retryable, true);
    assert.equal(failed.restarts, 0);
    await assertNothingTwice(worker, 8);
    await worker.clear();
    from.retry();
    assert.equal((await only(from)).status, 'done');
    await assertNothingTwice(worker, 8);
  });
});

describe('a file that cannot arrive before the store drops it', () => {
  it('says so from the answer to its Create on, and is sent all the same', async () => {
    const worker = await fake({ storeSeconds: 1 });
    const from = uploader(worker);
    const seen = watched(from);
    from.add([randomFile(64 * MIB)]);
    const { status } = await only(from);
    assert.equal(status, 'done');
    const said = seen.find(({ wontArriveBy }) => wontArriveBy !== undefined);
    assert.ok(said?.wontArriveBy && said.wontArriveBy > Date.now() / 1000 - 60);
    // Not later than the first parts, however few drawings the browser makes.
    assert.ok(said.loaded <= 8 * MIB, `${said.loaded} bytes were stored by then`);
    assert.equal(from.uploads[0]?.wontArriveBy, undefined);
  });

  it('goes by the rate that is measured, and not by what is likely', async () => {
    const worker = await fake({ storeSeconds: 60 });
    await worker.fault({ side: 'store', times: null, delayMs: 700 });
    const from = uploader(worker, { concurrency: 1 });
    const seen = watched(from);
    from.add([randomFile(128 * MIB)]);
    await whenUpload(from, ({ wontArriveBy }) => wontArriveBy !== undefined);
    assert.equal(seen[0]?.wontArriveBy, undefined);
  });

  for (const [limit, options] of [
    ['a day', { storeSeconds: 86_400 }],
    ['no limit', {}],
  ] as const) {
    it(`is none where the store has ${limit}`, async () => {
      const worker = await fake(options);
      const from = uploader(worker);
      const seen = watched(from);
      from.add([randomFile(8 * MIB)]);
      assert.equal((await only(from)).status, 'done');
      assert.ok(seen.every(({ wontArriveBy }) => wontArriveBy === undefined));
    });
  }
});

/** What the journal has of an upload. */
async function noteOf(id: string): Promise<{ token: string; expiresAt: string }> {
  const database = await result(indexedDB.open('s3-upload'));
  try {
    const entries = database.transaction('uploads').objectStore('uploads').getAll();
    const found = (await result<{ id: string; token: string; expiresAt: string }[]>(entries)).find(
      (entry) => entry.id === id,
    );
    if (!found) throw new Error('The journal does not know the upload.');
    return found;
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
