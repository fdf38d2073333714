/** What is said of rate and time left, and that it is true. */
import type { Uploader, UploadSnapshot } from '../../../widget/core/index.ts';
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

/** Of each of two requests. */
const SLOW = { side: 'store', times: null, bytesPerMs: 2000 } as const;

async function slowLine(options: Parameters<typeof fake>[0] = {}): Promise<Fake> {
  const worker = await fake(options);
  await worker.fault(SLOW);
  return worker;
}

const zeros = (bytes: number, name: string): File => new File([new Uint8Array(bytes)], name);

function watched(from: Uploader): UploadSnapshot[] {
  const seen: UploadSnapshot[] = [];
  from.addEventListener('upload-progress', ({ uploads: [upload] }) => {
    if (upload) seen.push(upload);
  });
  return seen;
}

const knowsTime = ({ secondsLeft }: UploadSnapshot) => secondsLeft !== undefined;

describe('the time left of all uploads', () => {
  it('leaves out those that are paused', async () => {
    const from = uploader(await slowLine(), { concurrency: 2 });
    from.add([randomFile(48 * MIB, 'moving'), zeros(256 * MIB, 'paused')]);
    from.pause(from.uploads[1]?.id);
    await whenUpload(from, knowsTime);
    await until(() => from.totals.secondsLeft !== undefined);
    const [moving] = from.uploads;
    const { secondsLeft: most = 0 } = moving ?? {};
    const { secondsLeft = 0, pending } = from.totals;
    assert.ok(secondsLeft <= 2.5 * most + 2, `${secondsLeft} s, and ${most} s of the only one`);
    assert.equal(pending, moving?.pending);
  });

  it('leaves out those that have failed', async () => {
    const worker = await slowLine();
    await worker.clear();
    await worker.fault({ side: 'store', names: ['failing'], times: null, reset: true });
    await worker.fault(SLOW);
    const from = uploader(worker, { concurrency: 4, patienceMs: 500 });
    from.add([zeros(256 * MIB, 'failing'), randomFile(64 * MIB, 'moving')]);
    await whenUpload(from, ({ status }) => status === 'failed');
    await until(() => from.totals.secondsLeft !== undefined && knowsTime(from.uploads[1] as never));
    const { secondsLeft: most = 0 } = from.uploads[1] ?? {};
    const { secondsLeft = 0 } = from.totals;
    assert.ok(secondsLeft <= 2.5 * most + 2, `${secondsLeft} s, and ${most} s of the only one`);
  });

  it('is hidden as soon as all of them wait', async () => {
    const worker = await slowLine();
    const from = uploader(worker, { concurrency: 2 });
    from.add([randomFile(48 * MIB)]);
    await until(() => (from.totals.bytesPerSecond ?? 0) > 0);
    await worker.clear();
    await worker.fault({ side: 'store', times: null, reset: true });
    await whenUpload(from, ({ status }) => status === 'waiting');
    const { bytesPerSecond, secondsLeft } = from.totals;
    assert.deepEqual([bytesPerSecond, secondsLeft], [undefined, undefined]);
  });
});

describe('the time left of an upload', () => {
  it('is never 0, not even while parts that were stored are sent again', async () => {
    const worker = await slowLine();
    // So that the parts are lost before anybody looks for them, however busy the machine is.
    await worker.fault({ side: 'api', match: 'complete', delayMs: 4000 });
    const from = uploader(worker, { concurrency: 2 });
    const seen = watched(from);
    from.add([randomFile(24 * MIB)]);
    const { id } = await whenUpload(from, ({ loaded }) => loaded >= 18 * MIB);
    await worker.lose(id, ...Array.from({ length: 16 }, (_, index) => index + 1));
    const [upload] = await settled(from);
    assert.equal(upload?.status, 'done');
    const again = seen.filter(
      ({ status, loaded, bytes }) => status === 'uploading' && loaded === bytes,
    );
    assert.ok(again.length > 0, 'a second round is seen');
    assert.equal(seen.filter(({ secondsLeft }) => secondsLeft === 0).length, 0);
    assert.ok(
      again.some(({ pending }) => pending > 4 * MIB),
      'what is sent again is pending',
    );
  });

  it('does not count a pause as a slow line', async () => {
    const from = uploader(await slowLine(), { concurrency: 2 });
    from.add([randomFile(96 * MIB)]);
    const { id, secondsLeft: before = 0 } = await whenUpload(from, knowsTime);
    from.pause(id);
    assert.equal(from.uploads[0]?.secondsLeft, undefined);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    from.resume(id);
    const { secondsLeft = 0 } = await whenUpload(from, knowsTime);
    assert.ok(secondsLeft <= 1.5 * before + 2, `${before} s before, ${secondsLeft} s after`);
  });
});

describe('a line that stands still', () => {
  it('is said to, and no time left rises until then', async () => {
    const worker = await fake({ partBytes: 24 * MIB, checksum: null });
    await worker.fault({ ...SLOW, bytesPerMs: 6000 });
    const from = uploader(worker, { concurrency: 1, stallMs: 15_000 });
    const seen = watched(from);
    from.add([randomFile(72 * MIB)]);
    const { id } = await whenUpload(from, ({ loaded }) => loaded > 0);
    await whenUpload(from, knowsTime);
    await worker.clear();
    await worker.fault({ side: 'store', bytesPerMs: 1 });
    const stalled = await whenUpload(from, ({ waitingFor }) => waitingFor === 'line');
    assert.equal(stalled.status, 'waiting');
    assert.deepEqual([stalled.bytesPerSecond, stalled.secondsLeft], [undefined, undefined]);
    assert.deepEqual([from.totals.bytesPerSecond, from.totals.secondsLeft], [undefined, undefined]);
    const times = seen.flatMap(({ secondsLeft }) => secondsLeft ?? []);
    const rises = times.filter((time, at) => time > (times[at - 1] ?? Infinity));
    assert.deepEqual(rises, []);
    const [upload] = await settled(from);
    assert.equal(upload?.id, id);
    assert.equal(upload?.status, 'done');
  });

  it('is not one whose requests do not report what has left, or wait for their answers', async () => {
    const worker = await fake({ formMaxBytes: MIB });
    await worker.fault({ side: 'store', times: null, delayMs: 12_000 });
    const from = uploader(worker);
    const seen: (string | undefined)[] = [];
    from.addEventListener('upload-progress', ({ uploads }) => {
      seen.push(...uploads.map(({ waitingFor }) => waitingFor));
    });
    from.add([randomFile(1000, 'form'), randomFile(2 * MIB, 'parts')]);
    await settled(from);
    assert.equal(from.totals.done, 2);
    assert.ok(!seen.includes('line'));
  });
});
