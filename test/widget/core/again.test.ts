/** A file that is added again: after a failure, or after a reload, and with another date. */
import type { UploadSnapshot } from '../../../widget/core/index.ts';
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

const PARTS = 8;
const REFUSED = {
  side: 'store',
  match: `part=${PARTS}`,
  answer: { status: 403, body: '<Error><Code>SignatureDoesNotMatch</Code></Error>' },
} as const;

/** The same bytes, as they are read later: another `File`, with the date and bytes that are said. */
async function later(file: File, lastModified = file.lastModified, edit?: number): Promise<File> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (edit !== undefined) bytes[edit] = (bytes[edit] ?? 0) ^ 1;
  return new File([bytes], file.name, { lastModified });
}

const looks = (uploads: readonly UploadSnapshot[]) =>
  uploads.map(({ id, name, status }) => [id, name, status]);

/** Requests for parts, and what the store holds of each upload's bytes. */
async function result(worker: Fake, id: string | undefined) {
  const { uploads, breaches } = await worker.report();
  assert.deepEqual(breaches, []);
  return uploads.find((one) => one.id === id)?.sha256;
}

describe('a file that is added again after its upload has failed', () => {
  it('continues that upload, in its place', async () => {
    const worker = await fake();
    await worker.fault(REFUSED);
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB, 'first');
    from.add([file, randomFile(1000, 'second')]);
    await settled(from);
    const before = from.uploads;
    assert.deepEqual(
      before.map(({ status }) => status),
      ['failed', 'done'],
    );
    const sent = await worker.count('store', /PUT/);
    const again = await later(file);
    const added = from.add([again]);
    assert.equal(added.uploads[0]?.id, before[0]?.id);
    assert.equal(from.uploads[0]?.file, again);
    await settled(from);
    assert.deepEqual(looks(from.uploads), [
      [before[0]?.id, 'first', 'done'],
      [before[1]?.id, 'second', 'done'],
    ]);
    assert.ok((await worker.count('store', /PUT/)) - sent <= 3, 'what is stored is not sent again');
    assert.equal(await result(worker, before[0]?.id), await sha256(file));
    assert.equal(from.totals.files, 2);
    assert.equal(from.totals.done, 2);
  });

  it('continues it if there are several, dropped with their folder or chosen without it', async () => {
    const worker = await fake();
    await worker.fault({ ...REFUSED, times: 4 });
    const from = uploader(worker);
    const files = ['a', 'b', 'a', 'b'].map((name) => randomFile(PARTS * MIB, name));
    const paths = ['x/a', 'x/b', 'y/a', 'y/b'];
    from.add(files.map((file, at) => ({ file, path: paths[at] })));
    await settled(from);
    const before = from.uploads;
    assert.equal(from.totals.failed, 4);
    const copies = await Promise.all(files.map((file) => later(file)));
    // Dropped: in another order. Chosen: the picker knows no folder.
    from.add([3, 0, 2].map((at) => ({ file: copies[at] as File, path: paths[at] })));
    from.add([copies[1] as File]);
    await settled(from);
    assert.deepEqual(
      looks(from.uploads),
      before.map(({ id, name }) => [id, name, 'done']),
    );
    assert.equal((await worker.report()).uploads.length, 4);
    for (const [at, { id }] of before.entries()) {
      assert.equal(await result(worker, id), await sha256(files[at] as File));
    }
  });

  it('that has another date continues it, because checksums tell what has changed', async () => {
    const worker = await fake();
    await worker.fault(REFUSED);
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB);
    from.add([file]);
    await settled(from);
    const sent = await worker.count('store', /PUT/);
    const edited = await later(file, file.lastModified + 5000, 100);
    from.add([edited]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(from.uploads.length, 1);
    const more = (await worker.count('store', /PUT/)) - sent;
    assert.ok(more <= 4, `${more} parts were sent`);
    assert.equal(await result(worker, from.uploads[0]?.id), await sha256(edited));
  });

  it('that has another date is sent whole if there are no checksums', async () => {
    const worker = await fake({ checksum: null });
    await worker.fault(REFUSED);
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB);
    from.add([file]);
    await settled(from);
    const edited = await later(file, file.lastModified + 5000, 100);
    from.add([edited]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(await result(worker, from.uploads[0]?.id), await sha256(edited));
  });

  it('continues it also where the first `File` cannot be read any more', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB);
    const good = await later(file, file.lastModified + 5000);
    await worker.fault({ side: 'store', match: `part=${PARTS}`, times: 2, reset: true });
    const slice = file.slice.bind(file);
    file.slice = (start, end, type) => {
      const blob = slice(start, end, type);
      // As it is read after a request without an answer.
      if (start === -1)
        blob.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'));
      return blob;
    };
    from.add([file]);
    await settled(from);
    const [failed] = from.uploads;
    assert.equal(failed?.error?.code, 'file_changed');
    from.add([good]);
    await settled(from);
    assert.deepEqual(looks(from.uploads), [[failed?.id, file.name, 'done']]);
    assert.equal(await result(worker, failed?.id), await sha256(good));
  });

  it('is refused as before if it does not fit, and its row stays', async () => {
    const worker = await fake();
    await worker.fault(REFUSED);
    const from = uploader(worker);
    const file = randomFile(PARTS * MIB);
    from.add([file]);
    await settled(from);
    from.configure({ restrictions: { maxBytes: MIB } });
    const { rejected } = from.add([await later(file)]);
    assert.equal(rejected[0]?.error.code, 'too_large');
    assert.equal(from.uploads[0]?.status, 'failed');
  });
});

describe('a file with another date, after a reload', () => {
  for (const [checksum, what] of [
    ['md5', 'continues its upload'],
    [null, 'is another upload if there are no checksums'],
  ] as const) {
    it(what, async () => {
      const worker = await fake({ checksum });
      await worker.fault({ side: 'store', times: null, delayMs: 40 });
      const file = randomFile(24 * MIB);
      const first = uploader(worker);
      first.add([file]);
      const before = await whenUpload(first, ({ loaded, bytes }) => loaded >= bytes / 2);
      first.close();
      const touched = await later(file, file.lastModified + 5000);
      const second = uploader(worker);
      second.add([touched]);
      await settled(second);
      const [upload] = second.uploads;
      assert.equal(upload?.status, 'done', String(upload?.error));
      assert.equal(upload?.id === before.id, checksum !== null);
      assert.equal(await result(worker, upload?.id), await sha256(touched));
    });
  }
});
