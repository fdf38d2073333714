/** Uploads that were begun on another device: this browser's journal knows nothing of them. */
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  uploader,
  whenUpload,
  type Fake,
} from './fake/client.ts';
import type { SpaceOptions } from './fake/space.ts';

const PARTS = 8;
const STORED = 3;

afterEach(closeAll);

/** An upload of this file that some device has left, and the fake that has it. */
async function leftElsewhere(
  file: File,
  options: SpaceOptions = { caller: 'alice' },
): Promise<{ readonly worker: Fake; readonly id: string; readonly sent: number }> {
  const worker = await fake(options);
  await worker.fault({ side: 'store', skip: STORED, times: null, stall: true });
  // Without a journal it leaves nothing in this browser.
  const other = uploader(worker, { resume: false });
  other.add([file]);
  const { id } = await whenUpload(other, ({ loaded }) => loaded === STORED * MIB);
  other.close();
  while ((await worker.report()).inFlight);
  await worker.clear();
  return { worker, id, sent: await worker.count('store', /PUT/) };
}

describe('an upload that was begun on another device', () => {
  for (const checksum of ['crc64nvme', 'md5'] as const) {
    it(`is offered, and continued by the same file with what is missing (${checksum})`, async () => {
      const file = randomFile(PARTS * MIB);
      const { worker, id, sent } = await leftElsewhere(file, { caller: 'alice', checksum });
      const here = uploader(worker, { otherDevices: true });
      assert.deepEqual(await here.interrupted(), [
        {
          id,
          name: file.name,
          bytes: file.size,
          path: undefined,
          stored: { parts: STORED, bytes: STORED * MIB },
          isElsewhere: true,
        },
      ]);
      here.add([file]);
      const [upload] = await settled(here);
      assert.equal(upload?.status, 'done', String(upload?.error));
      assert.equal(upload?.id, id);
      assert.ok(upload?.resumed);
      assert.equal((await worker.count('store', /PUT/)) - sent, PARTS - STORED);
      assert.deepEqual((await worker.report()).breaches, []);
    });
  }

  it('is not continued by another file of the same name and size', async () => {
    const { worker, id, sent } = await leftElsewhere(randomFile(PARTS * MIB));
    const here = uploader(worker, { otherDevices: true });
    here.add([randomFile(PARTS * MIB)]);
    const [upload] = await settled(here);
    assert.equal(upload?.status, 'done', String(upload?.error));
    assert.ok(upload?.id !== id);
    assert.equal((await worker.count('store', /PUT/)) - sent, PARTS);
    assert.deepEqual(
      (await here.interrupted()).map((offered) => offered.id),
      [id],
      'it is still offered',
    );
  });

  it('is continued by one of two files that have its content', async () => {
    const file = randomFile(PARTS * MIB);
    const { worker, id } = await leftElsewhere(file);
    const here = uploader(worker, { otherDevices: true });
    const copy = new File([file], file.name, { lastModified: 1 });
    here.add([file, copy]);
    const uploads = await settled(here);
    assert.deepEqual(
      uploads.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.equal(uploads.filter((upload) => upload.id === id).length, 1);
  });

  for (const [what, options, wanted] of [
    ['unless the page wants it', { caller: 'alice' }, false],
    ['to an anonymous caller, who is another one on each device', {}, true],
    ['without checksums, which tell whose parts are stored', { caller: 'a', checksum: null }, true],
  ] as const) {
    it(`is neither offered nor continued ${what}`, async () => {
      const file = randomFile(PARTS * MIB);
      const { worker, id } = await leftElsewhere(file, options);
      const here = uploader(worker, { otherDevices: wanted });
      assert.deepEqual(await here.interrupted(), []);
      here.add([file]);
      const [upload] = await settled(here);
      assert.equal(upload?.status, 'done', String(upload?.error));
      assert.ok(upload?.id !== id);
      assert.equal(await worker.count('api', /GET \/uploads/), 0, 'the list is not asked for');
    });
  }

  it('is aborted when it is given up, and offered no more', async () => {
    const { worker, id } = await leftElsewhere(randomFile(PARTS * MIB));
    const here = uploader(worker, { otherDevices: true });
    assert.equal((await here.interrupted()).length, 1);
    await here.forget(id);
    assert.equal(await worker.count('api', /DELETE/), 1);
    assert.deepEqual(await here.interrupted(), []);
    assert.deepEqual(await here.unfinished(), []);
  });

  it('is offered once, as one of this browser, where the journal knows it', async () => {
    const file = randomFile(PARTS * MIB);
    const worker = await fake({ caller: 'alice' });
    await worker.fault({ side: 'store', skip: STORED, times: null, stall: true });
    const first = uploader(worker);
    first.add([file]);
    await whenUpload(first, ({ loaded }) => loaded === STORED * MIB);
    first.close();
    while ((await worker.report()).inFlight);
    while ((await navigator.locks.query()).held?.length);
    await worker.clear();
    const offered = await uploader(worker, { otherDevices: true }).interrupted();
    assert.deepEqual(
      offered.map(({ isElsewhere }) => isElsewhere),
      [undefined],
    );
  });
});
