import { HashPool } from '../../../../widget/core/checksum/index.ts';
import { UNREADABLE } from '../../../../widget/core/faults/file-error.ts';
import { where } from '../../where.ts';
import { assert } from '../fake/assert.ts';
import { ALGORITHMS, expected, someBytes } from './oracle.ts';

const MIB = 2 ** 20;
const RealWorker = globalThis.Worker;

const bytes = someBytes(MIB + 7);
const blob = new Blob([bytes]);

let pool: HashPool;
/** Workers that have started, with whether they have ended. */
let workers: { ended: boolean }[];
/** What each next worker does at its n-th job; 0 is none. */
let crashes: number[];

/** A real worker that is counted, and that throws at its n-th job where the test says so. */
class WatchedWorker extends RealWorker {
  readonly #watched = { ended: false };
  constructor(url: string) {
    super(URL.createObjectURL(new Blob([WatchedWorker.source(url, crashes.shift() ?? 0)])));
    workers.push(this.#watched);
  }
  static source(url: string, crashAt: number): string {
    return `${textOf(url)};
      const work = onmessage;
      let jobs = 0;
      onmessage = (event) => {
        if (++jobs === ${crashAt}) throw new Error('crash');
        work(event);
      };`;
  }
  override terminate(): void {
    this.#watched.ended = true;
    super.terminate();
  }
}

/** What lies behind a blob: URL, at once. Chromium alone lets a worker import one. */
function textOf(url: string): string {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.send();
  return request.responseText;
}

/** The name of what a promise rejects with. */
function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
  );
}

describe('HashPool', () => {
  beforeEach(() => {
    workers = [];
    crashes = [];
    globalThis.Worker = WatchedWorker as unknown as typeof Worker;
    pool = new HashPool({ workers: 2 });
  });
  afterEach(() => {
    pool.close();
    globalThis.Worker = RealWorker;
  });

  it('hashes blobs longer than it reads at once, with any algorithm', async () => {
    const long = someBytes(17 * MIB + 5);
    const sums = await Promise.all(ALGORITHMS.map((name) => pool.hash(new Blob([long]), name)));
    assert.deepEqual(sums, await Promise.all(ALGORITHMS.map((name) => expected(name, long))));
  });

  it('hashes a blob of nothing', async () => {
    const sums = await Promise.all(ALGORITHMS.map((name) => pool.hash(new Blob(), name)));
    const none = new Uint8Array();
    assert.deepEqual(sums, await Promise.all(ALGORITHMS.map((name) => expected(name, none))));
  });

  it('starts workers only when there is work, and no more than it may', async () => {
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(workers.length, 0);
    await pool.hash(blob, 'crc32c');
    assert.equal(workers.length, 1);
    await Promise.all(Array.from({ length: 20 }, () => pool.hash(blob, 'crc32c')));
    assert.equal(workers.length, 2);
  });

  it('leaves the page a core, and takes one worker at least and four at most', async () => {
    pool = new HashPool();
    await Promise.all(Array.from({ length: 20 }, () => pool.hash(blob, 'crc32c')));
    const cores = navigator.hardwareConcurrency;
    assert.equal(workers.length, Math.min(4, Math.max(1, cores - 1)));
  });

  it('does what was asked first first', async () => {
    pool = new HashPool({ workers: 1 });
    const done: number[] = [];
    await Promise.all(
      [5, 1, 3, 0].map(async (mebibytes, index) => {
        await pool.hash(new Blob([someBytes(mebibytes * MIB)]), 'md5');
        done.push(index);
      }),
    );
    assert.deepEqual(done, [0, 1, 2, 3]);
  });

  describe('ends workers', () => {
    const { setTimeout } = globalThis;
    let timers: { act: () => void; ms: number }[];
    beforeEach(() => {
      timers = [];
      globalThis.setTimeout = ((act: () => void, ms = 0) => {
        if (ms < 10_000) return setTimeout(act, ms);
        timers.push({ act, ms });
        return setTimeout(() => {}, 0);
      }) as unknown as typeof setTimeout;
    });
    afterEach(() => {
      globalThis.setTimeout = setTimeout;
    });

    it('that have had nothing to do for a while, and starts others later', async () => {
      await pool.hash(blob, 'crc32c');
      await Promise.resolve();
      assert.equal(timers.length, 1);
      assert.equal(workers[0]?.ended, false);
      timers[0]?.act();
      assert.equal(workers[0]?.ended, true);
      assert.equal(await pool.hash(blob, 'md5'), await expected('md5', bytes));
      assert.equal(workers.length, 2);
    });

    it('but sets no timer while one of them works', async () => {
      const long = pool.hash(new Blob([someBytes(32 * MIB)]), 'md5');
      await pool.hash(new Blob(), 'md5');
      await Promise.resolve();
      assert.equal(timers.length, 0);
      await long;
    });
  });

  describe('aborts', () => {
    it('a job that waits, and no other', async () => {
      pool = new HashPool({ workers: 1 });
      const controller = new AbortController();
      const first = pool.hash(blob, 'crc64nvme');
      const second = failure(pool.hash(blob, 'crc64nvme', controller.signal));
      const third = pool.hash(blob, 'crc64nvme');
      controller.abort();
      assert.equal(await second, 'AbortError');
      assert.equal(await first, await expected('crc64nvme', bytes));
      assert.equal(await third, await first);
      assert.equal(workers.length, 1);
    });

    it('a job that runs, with its worker, because a read may hang', async () => {
      const controller = new AbortController();
      const job = failure(pool.hash(new Blob([someBytes(32 * MIB)]), 'md5', controller.signal));
      await Promise.resolve();
      assert.equal(workers.length, 1);
      controller.abort();
      assert.equal(await job, 'AbortError');
      assert.equal(workers[0]?.ended, true);
      assert.equal(await pool.hash(blob, 'md5'), await expected('md5', bytes));
    });

    it('a job that runs, whose reading is not said to hang later', async () => {
      const controller = new AbortController();
      let hangs = 0;
      const hang = { afterMs: 50, isHung: false, onHang: () => ++hangs > 0 };
      const job = failure(pool.hash(blob, 'md5', controller.signal, hang));
      await Promise.resolve();
      assert.equal(workers.length, 1);
      controller.abort();
      assert.equal(await job, 'AbortError');
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(hangs, 0);
      assert.equal(workers.length, 1);
    });

    it('at once what is aborted already', async () => {
      assert.equal(await failure(pool.hash(blob, 'md5', AbortSignal.abort())), 'AbortError');
      assert.equal(workers.length, 0);
    });

    it('with the same error whatever the reason was', async () => {
      const signal = AbortSignal.abort(new TypeError('no longer wanted'));
      assert.equal(await failure(pool.hash(blob, 'md5', signal)), 'AbortError');
    });

    it('a thousand in a row without starting a worker for any', async () => {
      const controllers = Array.from({ length: 1_000 }, () => new AbortController());
      const jobs = controllers.map(({ signal }) => failure(pool.hash(blob, 'md5', signal)));
      for (const controller of controllers) controller.abort();
      assert.deepEqual([...new Set(await Promise.all(jobs))], ['AbortError']);
      assert.equal(workers.length, 0);
    });

    it('and lets go of the signal when a job is done', async () => {
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners++;
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners--;
        removeEventListener.apply(signal, args);
      };
      await Promise.all([pool.hash(blob, 'md5', signal), pool.hash(blob, 'md5', signal)]);
      assert.equal(listeners, 0);
    });
  });

  it('closes: all that is not done is aborted, all workers end', async () => {
    const jobs = Array.from({ length: 5 }, () => failure(pool.hash(blob, 'md5')));
    await Promise.resolve();
    pool.close();
    assert.deepEqual([...new Set(await Promise.all(jobs))], ['AbortError']);
    assert.deepEqual(
      workers.map(({ ended }) => ended),
      [true, true],
    );
  });

  describe('with a file', () => {
    let folder: FileSystemDirectoryHandle | undefined;
    let handle: FileSystemFileHandle;
    const hasFiles = 'storage' in navigator;
    const itWithFiles = where(hasFiles, 'no file system of the page’s own in this browser');
    beforeEach(async () => {
      if (!hasFiles) return;
      folder = await navigator.storage.getDirectory();
      handle = await folder.getFileHandle('checksum-test.bin', { create: true });
      await write(bytes);
    });
    afterEach(() => folder?.removeEntry('checksum-test.bin').catch(() => {}));

    async function write(content: BlobPart): Promise<void> {
      const stream = await handle.createWritable();
      await stream.write(content);
      await stream.close();
    }

    for (const workersWanted of [2, 0]) {
      const place = workersWanted ? 'in a worker' : 'on the page';

      itWithFiles(`that has changed says what the browser says of it, ${place}`, async () => {
        pool = new HashPool({ workers: workersWanted });
        const file = await handle.getFile();
        assert.equal(await pool.hash(file, 'md5'), await expected('md5', bytes));
        await write('other bytes');
        const reason = await failure(file.arrayBuffer());
        assert.ok(UNREADABLE.has(reason), reason);
        assert.equal(await failure(pool.hash(file, 'crc64nvme')), reason);
        assert.equal(await failure(pool.hash(file, 'sha256')), reason);
        assert.equal(await pool.hash(blob, 'md5'), await expected('md5', bytes));
        assert.equal(workers.length, workersWanted ? 1 : 0);
      });

      itWithFiles(`that is gone says what the browser says of it, ${place}`, async () => {
        pool = new HashPool({ workers: workersWanted });
        const file = await handle.getFile();
        await folder?.removeEntry('checksum-test.bin');
        const reason = await failure(file.arrayBuffer());
        assert.ok(UNREADABLE.has(reason), reason);
        assert.equal(await failure(pool.hash(file, 'crc64nvme')), reason);
        assert.equal(await failure(pool.hash(file.slice(5, 10), 'sha256')), reason);
      });
    }
  });

  describe('with a worker that dies', () => {
    beforeEach(() => {
      pool = new HashPool({ workers: 1 });
    });

    it('starts another, and does the job again', async () => {
      crashes = [3];
      const sums = [1, 2, 3, 4].map(() => pool.hash(blob, 'crc64nvme'));
      const value = await expected('crc64nvme', bytes);
      assert.deepEqual(await Promise.all(sums), [value, value, value, value]);
      assert.equal(workers.length, 2);
      assert.equal(workers[0]?.ended, true);
    });

    it('twice of the same job, goes on on the page', async () => {
      crashes = [2, 1];
      const sums = [1, 2, 3].map(() => pool.hash(blob, 'crc64nvme'));
      const value = await expected('crc64nvme', bytes);
      assert.deepEqual(await Promise.all(sums), [value, value, value]);
      assert.equal(workers.length, 2);
    });

    it('before it has done anything, goes on on the page', async () => {
      pool = new HashPool({ workers: 2 });
      crashes = [1, 1];
      const sums = [1, 2, 3].map(() => pool.hash(blob, 'md5'));
      const value = await expected('md5', bytes);
      assert.deepEqual(await Promise.all(sums), [value, value, value]);
      assert.equal(workers.length, 2);
    });

    it('of a bundler’s helper that is not there, goes on on the page', async () => {
      const source = WatchedWorker.source;
      WatchedWorker.source = (url) => `const work = (helper) => helper; importScripts('${url}');
        Blob.prototype.slice = () => __awaiter(work);`;
      try {
        assert.equal(await pool.hash(blob, 'md5'), await expected('md5', bytes));
      } finally {
        WatchedWorker.source = source;
      }
    });
  });

  it('goes on on the page where the constructor throws', async () => {
    let asked = 0;
    globalThis.Worker = function () {
      asked++;
      throw new DOMException('No workers here.', 'SecurityError');
    } as unknown as typeof Worker;
    const sums = [1, 2, 3].map(() => pool.hash(blob, 'md5'));
    const value = await expected('md5', bytes);
    assert.deepEqual(await Promise.all(sums), [value, value, value]);
    assert.equal(asked, 1);
  });

  describe('on the page', () => {
    beforeEach(() => {
      pool = new HashPool({ workers: 0 });
    });

    it('reads a mebibyte at most, one job at a time, and gives up its turn after each', async () => {
      const { slice } = Blob.prototype;
      const { port1, port2 } = new MessageChannel();
      let turns = 0;
      port1.onmessage = () => port2.postMessage(++turns);
      port2.onmessage = () => port1.postMessage(0);
      const reads: { size: number; turn: number }[] = [];
      Blob.prototype.slice = function (...args) {
        const part = slice.apply(this, args);
        reads.push({ size: part.size, turn: turns });
        return part;
      };
      port2.postMessage(0);
      try {
        const long = new Blob([someBytes(16 * MIB)]);
        await Promise.all([pool.hash(long, 'md5'), pool.hash(long, 'crc32c')]);
      } finally {
        Blob.prototype.slice = slice;
        port1.close();
      }
      assert.equal(Math.max(...reads.map(({ size }) => size)), MIB);
      assert.equal(reads.length, 32);
      const perTurn = new Map<number, number>();
      for (const { turn } of reads) perTurn.set(turn, (perTurn.get(turn) ?? 0) + 1);
      // Two that end at once may come before a message that was sent earlier.
      const most = Math.max(...perTurn.values());
      assert.ok(most <= 3, `${most} reads came without a turn in between`);
    });

    it('says what went wrong that is no matter of the file, and does not try for ever', async () => {
      const odd = new Blob();
      odd.arrayBuffer = () => Promise.reject(new TypeError('odd'));
      assert.equal(await failure(pool.hash(odd, 'sha256')), 'TypeError: odd');
    });

    it('stops reading what is aborted', async () => {
      const { slice } = Blob.prototype;
      const controller = new AbortController();
      let reads = 0;
      Blob.prototype.slice = function (...args) {
        if (++reads === 3) controller.abort();
        return slice.apply(this, args);
      };
      const long = new Blob([someBytes(16 * MIB)]);
      try {
        assert.equal(await failure(pool.hash(long, 'md5', controller.signal)), 'AbortError');
        assert.equal(await pool.hash(blob, 'md5'), await expected('md5', bytes));
        assert.equal(await pool.hash(long, 'md5'), await expected('md5', someBytes(16 * MIB)));
      } finally {
        Blob.prototype.slice = slice;
      }
      assert.equal(reads, 3 + 2 + 16);
    });
  });
});
