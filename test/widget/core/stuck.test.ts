/** Files that cannot go on, beside others that can. */
import { HashPool } from '../../../widget/core/checksum/index.ts';
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
} from './fake/client.ts';
import { hungFiles, type HungFiles } from './fake/hung-files.ts';

afterEach(closeAll);

const STUCK = ['stuck-1', 'stuck-2', 'stuck-3', 'stuck-4'];
const isGood = ({ name }: UploadSnapshot) => name.startsWith('good');
const goodFiles = (bytes: number) => [1, 2, 3, 4].map((at) => randomFile(bytes, `good-${at}`));

describe('files whose requests are reset, as by a filter', () => {
  for (const [bytes, what] of [
    [24 * MIB, 'large'],
    [3 * MIB, 'small'],
  ] as const) {
    it(`let the others go on, say why they wait, and can be cancelled (${what} ones)`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'store', names: STUCK, times: null, reset: true });
      const from = uploader(worker);
      from.add([...STUCK.map((name) => randomFile(bytes, name)), ...goodFiles(8 * MIB)]);
      await until(() => from.uploads.filter(isGood).every(({ status }) => status === 'done'));
      const stuck = from.uploads.filter((upload) => !isGood(upload));
      assert.ok(stuck.every(({ status }) => status !== 'failed'));
      await whenUpload(
        from,
        ({ name, waitingFor }) => name === 'stuck-1' && waitingFor === 'store',
      );
      await from.cancel();
      assert.equal(from.totals.active, 0);
    });
  }

  it('are tried again beside the others', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', names: STUCK, times: 12, reset: true });
    const from = uploader(worker);
    from.add([...STUCK.map((name) => randomFile(8 * MIB, name)), ...goodFiles(8 * MIB)]);
    await settled(from);
    assert.ok(from.uploads.every(({ status }) => status === 'done'));
  });
});

describe('a store that is down', () => {
  it('is not asked for one file after the other', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, reset: true });
    const from = uploader(worker);
    from.add(Array.from({ length: 30 }, (_, at) => randomFile(8 * MIB, `${at}`)));
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const { uploads, log } = await worker.report();
    assert.ok(uploads.length <= 8, `${uploads.length} were begun`);
    const requests = log.filter(({ side }) => side === 'store').length;
    assert.ok(requests < 100, `${requests} requests`);
  });
});

describe('files whose reading hangs', () => {
  let hung: HungFiles;
  beforeEach(() => (hung = hungFiles()));
  afterEach(() => hung.restore());

  /**
   * Quick enough for a test: a part of 1 MiB hangs after 0.7 seconds and four times what this browser
   * takes to hash one now, as it may have other things to do.
   */
  async function patience(): Promise<{ stallMs: number }> {
    const pool = new HashPool({ workers: 1 });
    const beganAt = performance.now();
    await pool.hash(randomFile(MIB), 'md5');
    const hashMs = performance.now() - beganAt;
    pool.close();
    return { stallMs: 1200 + 4 * 6 * hashMs };
  }

  for (const [bytes, what] of [
    [24 * MIB, 'large'],
    [2 * MIB, 'small'],
  ] as const) {
    it(`let the others go on, say why they wait, and go on themselves later (${what} ones)`, async () => {
      const worker = await fake();
      const from = uploader(worker, await patience());
      const files = STUCK.map((name) => randomFile(bytes, name));
      files.forEach((file) => hung.hang(file));
      from.add([...files, ...goodFiles(8 * MIB)]);
      await until(() => from.uploads.filter(isGood).every(({ status }) => status === 'done'));
      await until(() => from.uploads.every((one) => isGood(one) || one.waitingFor === 'file'));
      assert.ok(from.uploads.every((one) => isGood(one) || one.status === 'waiting'));
      const { id = '' } = from.uploads[0] ?? {};
      await from.cancel(id);
      assert.equal(from.uploads[0]?.status, 'cancelled');
      hung.revive();
      await settled(from);
      assert.deepEqual(
        from.uploads.map(({ status }) => status),
        ['cancelled', ...Array.from({ length: 7 }, () => 'done')],
      );
      const { uploads } = await worker.report();
      const stored = uploads.find(({ name }) => name === 'stuck-2');
      assert.equal(stored?.sha256, await sha256(files[1] as File));
    });
  }

  it('after they had begun let the others go on', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', names: STUCK, skip: 4, times: null, reset: true });
    const from = uploader(worker, await patience());
    const files = STUCK.map((name) => randomFile(12 * MIB, name));
    from.add(files);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    files.forEach((file) => hung.hang(file));
    await whenUpload(from, ({ waitingFor }) => waitingFor === 'file');
    from.add(goodFiles(8 * MIB));
    await until(() => from.uploads.filter(isGood).every(({ status }) => status === 'done'));
  });
});

describe('a pool of hashing workers', () => {
  it('sets aside what hangs, hashes the rest, and reads what hung again', async () => {
    const { postMessage } = Worker.prototype;
    const bad = new Blob(['bad']);
    let reads = 0;
    Worker.prototype.postMessage = function (this: Worker, message: unknown, ...more: []) {
      if (Array.isArray(message) && message[0] === bad && reads++ < 2) return;
      postMessage.call(this, message, ...more);
    };
    const pool = new HashPool({ workers: 1 });
    let hangs = 0;
    const hang = {
      afterMs: 100,
      get isHung() {
        return hangs > 0;
      },
      onHang: () => hangs++ >= 0,
    };
    try {
      const order: string[] = [];
      const hash = async (blob: Blob, name: string) => {
        await pool.hash(blob, 'md5', undefined, blob === bad ? hang : undefined);
        order.push(name);
      };
      await Promise.all([
        hash(bad, 'bad'),
        ...['a', 'b', 'c'].map((name) => hash(new Blob([name]), name)),
      ]);
      assert.deepEqual(order, ['a', 'b', 'c', 'bad']);
      assert.equal(reads, 3);
      assert.equal(hangs, 2);
    } finally {
      Worker.prototype.postMessage = postMessage;
      pool.close();
    }
  });
});
