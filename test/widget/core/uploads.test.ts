import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  sha256,
  uploader,
  type Fake,
} from './fake/client.ts';
import { assert } from './fake/assert.ts';

afterEach(closeAll);

async function assertArrived(worker: Fake, files: readonly File[]): Promise<void> {
  const { uploads, breaches } = await worker.report();
  assert.deepEqual(breaches, []);
  const arrived = uploads.map(({ name, state, sha256: hash }) => `${name} ${state} ${hash}`).sort();
  const sent = await Promise.all(
    files.map(async (file) => `${file.name} complete ${await sha256(file)}`),
  );
  assert.deepEqual(arrived, sent.sort());
}

describe('a file', () => {
  for (const bytes of [0, 1, MIB - 1, MIB, 4 * MIB, 4 * MIB + 1, 12 * MIB, 12 * MIB + 1]) {
    for (const checksum of ['md5', 'crc64nvme', null] as const) {
      it(`of ${bytes} bytes arrives byte for byte, checked by ${checksum ?? 'nothing'}`, async () => {
        const worker = await fake({ checksum });
        const from = uploader(worker);
        const file = randomFile(bytes);
        from.add([file]);
        const [upload] = await settled(from);
        assert.equal(upload?.status, 'done', String(upload?.error));
        assert.equal(upload?.loaded, bytes);
        assert.equal(upload?.sent, bytes);
        assert.equal(upload?.result?.id, upload?.id);
        await assertArrived(worker, [file]);
      });
    }
  }

  it('arrives from a store that cannot list its parts', async () => {
    const worker = await fake({ listParts: false });
    const from = uploader(worker);
    const file = randomFile(12 * MIB + 5);
    from.add([file]);
    assert.equal((await settled(from))[0]?.status, 'done');
    await assertArrived(worker, [file]);
  });

  it('carries the checksum of the whole in its result', async () => {
    const worker = await fake({ checksum: 'crc64nvme' });
    const from = uploader(worker);
    from.add([randomFile(6 * MIB)]);
    const [upload] = await settled(from);
    const [stored] = (await worker.report()).uploads;
    assert.ok(stored?.checksum);
    assert.equal(upload?.result?.checksum, stored?.checksum);
  });

  it('has no checksum of the whole that nobody has verified', async () => {
    const worker = await fake({ checksum: 'crc64nvme', comparesWhole: false });
    const from = uploader(worker);
    from.add([randomFile(6 * MIB)]);
    const [upload] = await settled(from);
    assert.equal(upload?.status, 'done');
    assert.equal(upload?.result?.checksum, undefined);
    // Nor is one sent, which the Worker would have to read the file for.
    assert.deepEqual((await worker.report()).breaches, []);
  });

  it('is completing for as long as the Worker verifies its checksum', async () => {
    const worker = await fake({ verifyingTimes: 3 });
    const from = uploader(worker);
    const seen = new Set<string>();
    from.addEventListener('upload-progress', () => {
      for (const { status } of from.uploads) seen.add(status);
    });
    const files = [randomFile(12 * MIB), randomFile(1000)];
    from.add(files);
    for (const { status, result } of await settled(from)) {
      assert.equal(status, 'done');
      assert.ok(result?.completedAt, 'with the result, and not what was said before');
    }
    assert.ok(seen.has('completing') && !seen.has('failed'), [...seen].join());
    assert.equal(await worker.count('api', /complete/), 8);
  });

  it('is sent as several parts at once, and never more than the cap', async () => {
    const worker = await fake();
    const from = uploader(worker, { concurrency: 5 });
    await worker.fault({ side: 'store', times: Infinity, together: 5, delayMs: 20 });
    from.add([randomFile(24 * MIB)]);
    await settled(from);
    const { peak } = await worker.report();
    assert.equal(peak, 5);
  });
});

describe('many files', () => {
  it('arrive all, a hundred at once', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const files = Array.from({ length: 100 }, (_, at) => randomFile(5000 + at, `${at}.bin`));
    from.add(files);
    const uploads = await settled(from);
    assert.equal(uploads.filter(({ status }) => status === 'done').length, 100);
    assert.equal(from.totals.done, 100);
    await assertArrived(worker, files);
  });

  it('cost few requests to the Worker: 300 take a policy, three creates and seven completes', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const addedAt = performance.now();
    from.add(Array.from({ length: 300 }, (_, at) => randomFile(20_000, `${at}.bin`)));
    const uploads = await settled(from);
    // On a slow machine there are more: what is stored waits four seconds at most for others.
    const most = 12 + Math.floor((performance.now() - addedAt) / 4000);
    assert.equal(uploads.filter(({ status }) => status === 'done').length, 300);
    assert.equal(await worker.count('api', /policy/), 1);
    assert.equal(await worker.count('api', /POST \/uploads$/), 3);
    assert.ok((await worker.count('api')) <= most, `${await worker.count('api')} requests`);
  });

  it('share the line: a small file is not kept waiting by a large one', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: Infinity, delayMs: 30 });
    const from = uploader(worker);
    const order: string[] = [];
    from.addEventListener('upload-done', (event) => {
      order.push(event.upload.name);
    });
    from.add([randomFile(40 * MIB, 'large'), randomFile(1000, 'small')]);
    await settled(from);
    assert.deepEqual(order, ['small', 'large']);
  });
});
