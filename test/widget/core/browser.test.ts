/** What browsers do by themselves, and what pages get wrong. */
import { slowness } from '../../slowness.ts';
import { isUploadError, type UploaderOptions } from '../../../widget/core/index.ts';
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
} from './fake/client.ts';

afterEach(closeAll);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a request that the browser aborts by itself', () => {
  it('is sent again at once', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', stall: true });
    const sent: XMLHttpRequest[] = [];
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (body) {
      sent.push(this);
      send.call(this, body);
    };
    try {
      const from = uploader(worker);
      from.add([randomFile(MIB)]);
      while ((await worker.count('store', /PUT/)) < 1);
      // As Safari does when it wakes up.
      sent[0]?.abort();
      await settled(from);
      assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    } finally {
      XMLHttpRequest.prototype.send = send;
    }
  });
});

describe('the event `online`', () => {
  it('ends no delay that a server has asked for', async () => {
    const worker = await fake();
    const headers = { 'retry-after': '2' };
    const body = '<Error><Code>SlowDown</Code></Error>';
    await worker.fault({ side: 'store', answer: { status: 503, headers, body } });
    const from = uploader(worker);
    from.add([randomFile(MIB)]);
    await whenUpload(from, ({ status }) => status === 'waiting');
    dispatchEvent(new Event('online'));
    await settled(from);
    const [first, second] = (await worker.report()).log.filter(({ line }) => /PUT/.test(line));
    const ms = (second?.at ?? 0) - (first?.at ?? 0);
    assert.ok(ms >= 2000, `asked again after ${ms} ms`);
  });

  it('ends the delays that the page has chosen itself', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, reset: true });
    const from = uploader(worker);
    from.add([randomFile(MIB)]);
    while ((await worker.count('store', /PUT/)) < 4);
    await whenUpload(from, ({ status }) => status === 'waiting');
    await worker.clear();
    const random = Math.random;
    // The longest delay that can be chosen.
    Math.random = () => 0.999;
    try {
      const tries = await worker.count('store', /PUT/);
      dispatchEvent(new Event('online'));
      const before = performance.now();
      while ((await worker.count('store', /PUT/)) === tries);
      assert.ok(performance.now() - before < 1500 * slowness());
      await settled(from);
    } finally {
      Math.random = random;
    }
  });
});

describe('IndexedDB', () => {
  it('that has died without a word is opened again', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const first = uploader(worker);
    // The journal opens its database.
    assert.deepEqual(await first.interrupted(), []);
    // A connection that throws, and whose `close` never came.
    const { transaction } = IDBDatabase.prototype;
    const dead = new WeakSet<IDBDatabase>();
    let isDying = true;
    IDBDatabase.prototype.transaction = function (...parameters) {
      if (isDying) dead.add(this);
      if (dead.has(this))
        throw new DOMException('The database connection is closing.', 'InvalidStateError');
      return transaction.apply(this, parameters);
    };
    try {
      await first.interrupted();
      isDying = false;
      const file = randomFile(24 * MIB);
      first.add([file]);
      await whenUpload(first, ({ loaded }) => loaded > 0);
      first.close();
      const second = uploader(worker);
      assert.deepEqual(
        (await second.interrupted()).map(({ name, bytes }) => [name, bytes]),
        [[file.name, file.size]],
      );
    } finally {
      IDBDatabase.prototype.transaction = transaction;
    }
  });
});

describe('a clock that is two days ahead', () => {
  it('deletes no journal', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const first = uploader(worker);
    first.add([randomFile(24 * MIB)]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    first.close();
    const { now } = Date;
    Date.now = () => now() + 2 * 86_400_000;
    const second = uploader(worker);
    try {
      await second.interrupted();
    } finally {
      Date.now = now;
    }
    assert.deepEqual(
      (await second.interrupted()).map((one) => one.id),
      [id],
    );
  });
});

describe('an option that is not a number of its kind', () => {
  for (const [name, value] of [
    ['concurrency', 0],
    ['concurrency', NaN],
    ['concurrency', -1],
    ['stallMs', 0],
    ['stallMs', NaN],
    ['patienceMs', -1],
    ['patienceMs', NaN],
  ] as const) {
    it(`is refused: ${name} of ${value}`, async () => {
      const worker = await fake();
      const options: Partial<UploaderOptions> = { [name]: value };
      const from = uploader(worker);
      for (const set of [() => uploader(worker, options), () => from.configure(options)]) {
        let error: unknown;
        try {
          set();
        } catch (thrown) {
          error = thrown;
        }
        assert.ok(isUploadError(error), `${String(error)} is not an UploadError`);
        assert.equal(error.code, 'invalid_request');
        assert.ok(error.message.includes(name), error.message);
      }
    });
  }

  it('may be without a limit', async () => {
    const worker = await fake();
    const from = uploader(worker, { concurrency: Infinity, stallMs: Infinity, patienceMs: 0 });
    from.add([randomFile(8 * MIB)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
  });
});

describe('a validator that throws', () => {
  it('refuses the file that it was asked about, and no other', async () => {
    const worker = await fake();
    const reason = new TypeError('no such property');
    const validators = [
      ({ name }: File) => {
        if (name === 'b') throw reason;
        return undefined;
      },
    ];
    const from = uploader(worker, { restrictions: { validators } });
    const { uploads, rejected } = from.add(['a', 'b', 'c'].map((name) => randomFile(10, name)));
    assert.deepEqual(
      uploads.map(({ name }) => name),
      ['a', 'c'],
    );
    assert.deepEqual(
      rejected.map(({ file, error }) => [file.name, error.code]),
      [['b', 'rejected']],
    );
    assert.equal(rejected[0]?.error.cause, reason);
    await settled(from);
  });
});

describe('a tab that is frozen', () => {
  it('lets the next tab have its uploads, and goes on with what is left to it', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, stall: true });
    const frozen = uploader(worker);
    const file = randomFile(24 * MIB);
    frozen.add([file]);
    const { id } = await whenUpload(frozen, ({ status }) => status === 'uploading');
    const neighbour = uploader(worker);
    assert.deepEqual(await neighbour.interrupted(), []);
    document.dispatchEvent(new Event('freeze'));
    await pause(0);
    assert.deepEqual(
      (await neighbour.interrupted()).map((one) => one.id),
      [id],
    );
    document.dispatchEvent(new Event('resume'));
    let offered = 1;
    for (const from = performance.now(); offered && performance.now() - from < 20_000;) {
      offered = (await neighbour.interrupted()).length;
    }
    assert.equal(offered, 0);
    await until(() => frozen.uploads[0]?.status === 'uploading');
  });
});
