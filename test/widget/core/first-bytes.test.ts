/** What is done for the first bytes to leave early. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, until, uploader } from './fake/client.ts';

const RealWorker = globalThis.Worker;
const realTimeout = globalThis.setTimeout;
/** A Create waits for others for this long at least and at most, in milliseconds. */
const WAITS = [300, 1500] as const;

/** A Create is not sent because it has waited for long enough. */
function withoutWaits(): void {
  const start = (act: () => void, ms = 0) =>
    ms < WAITS[0] || ms > WAITS[1] ? realTimeout(act, ms) : 0;
  globalThis.setTimeout = start as typeof setTimeout;
}

/** Workers that the page has started. */
let started: number;
/** Blobs of this size and more are hashed only once this has resolved. */
let gate: { readonly leastBytes: number; readonly open: Promise<void> };

class GatedWorker extends RealWorker {
  constructor(url: string) {
    super(url);
    started++;
  }
  override postMessage(task: [Blob, ...unknown[]]): void {
    const { leastBytes, open } = gate;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    const post = () => super.postMessage(task);
    if (task[0].size < leastBytes) post();
    else void open.then(post);
  }
}

beforeEach(() => {
  started = 0;
  gate = { leastBytes: Infinity, open: Promise.resolve() };
  globalThis.Worker = GatedWorker as unknown as typeof Worker;
});
afterEach(() => {
  closeAll();
  globalThis.Worker = RealWorker;
  globalThis.setTimeout = realTimeout;
});

async function assertDone(from: ReturnType<typeof uploader>): Promise<void> {
  for (const { status, error } of await settled(from)) assert.equal(status, 'done', String(error));
}

describe('the first Create', () => {
  const creates = /POST \/uploads$/;

  it('does not wait for the checksums of large files, if small ones keep the line busy', async () => {
    let release = () => undefined as void;
    gate = { leastBytes: MIB, open: new Promise((resolve) => (release = resolve)) };
    const worker = await fake();
    withoutWaits();
    const from = uploader(worker);
    const small = Array.from({ length: 5 }, (_, at) => randomFile(1000, `${at}.bin`));
    from.add([randomFile(6 * MIB, 'large.bin'), ...small]);
    await until(() => from.totals.done === small.length);
    const large = from.uploads.find(({ name }) => name === 'large.bin');
    assert.equal(large?.status, 'hashing', 'its reading does not count as hung yet');
    assert.equal(await worker.count('api', creates), 1);
    release();
    await assertDone(from);
    assert.equal(await worker.count('api', creates), 2);
  });

  it('waits less for other files while nothing is sent', async () => {
    const open = new Promise<void>((resolve) => setTimeout(resolve, 800));
    gate = { leastBytes: MIB, open };
    const worker = await fake();
    const from = uploader(worker);
    from.add([randomFile(1000, 'one.bin'), randomFile(2 * MIB, 'other.bin')]);
    await assertDone(from);
    assert.equal(await worker.count('api', creates), 2);
  });
});

describe('a small file', () => {
  it('is hashed without a worker, by the browser itself, if its checksum is a SHA-256', async () => {
    const worker = await fake({ checksum: 'sha256' });
    const from = uploader(worker);
    from.add([randomFile(MIB, 'one.bin'), randomFile(300_000, 'other.bin')]);
    await assertDone(from);
    assert.equal(started, 0);
    from.add([randomFile(MIB + 1, 'larger.bin')]);
    await assertDone(from);
    assert.equal(started, 1);
  });
});

describe('the journal', () => {
  const { getAllKeys } = IDBObjectStore.prototype;
  let reads: number;

  beforeEach(() => {
    reads = 0;
    IDBObjectStore.prototype.getAllKeys = function (...args) {
      reads++;
      return getAllKeys.apply(this, args);
    };
  });
  afterEach(() => {
    IDBObjectStore.prototype.getAllKeys = getAllKeys;
  });

  it('is opened before there are files, unless it is not used', async () => {
    const worker = await fake();
    uploader(worker, { resume: false });
    uploader(worker);
    await until(() => reads > 0);
    while ((await worker.count('api', /policy/)) < 2);
    assert.equal(reads, 1);
  });
});
