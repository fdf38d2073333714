/** What listeners may do in the middle of it, and what stays behind of what is over. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, until, uploader } from './fake/client.ts';

afterEach(closeAll);

describe('a listener of upload-start', () => {
  for (const act of ['pause', 'cancel', 'remove'] as const) {
    it(`may ${act} the file, and the others go on`, async () => {
      const worker = await fake();
      const from = uploader(worker);
      let isFirst = true;
      from.addEventListener('upload-start', ({ upload }) => {
        if (upload.name !== 'b' || !isFirst) return;
        isFirst = false;
        void from[act](upload.id);
      });
      from.add([randomFile(10, 'a'), randomFile(11, 'b'), randomFile(12, 'c')]);
      await until(() => from.totals.done === 2);
      const [, b] = from.uploads;
      assert.equal(b?.status, { pause: 'paused', cancel: 'cancelled', remove: 'done' }[act]);
      assert.equal((await worker.report()).uploads.length, 2);
      if (act !== 'pause') return;
      from.resume();
      await until(() => from.totals.done === 3);
    });
  }
});

describe('a listener of upload-progress', () => {
  for (const act of ['pause', 'cancel'] as const) {
    it(`may ${act} a file that stands still, and is told what has become of it`, async () => {
      const from = uploader(await fake(), { auto: false });
      let last: string | undefined;
      from.addEventListener('upload-progress', ({ uploads: [upload] }) => {
        last = upload?.status;
        if (last === 'queued') void from[act](upload?.id);
      });
      from.add([randomFile(10)]);
      await until(() => last === { pause: 'paused', cancel: 'cancelled' }[act]);
    });
  }
});

describe('a listener of upload-progress that sets what is so already', () => {
  it('is not called again and again', async () => {
    const from = uploader(await fake(), { auto: false });
    let calls = 0;
    from.addEventListener('upload-progress', ({ uploads: [upload] }) => {
      calls++;
      from.configure({ concurrency: 3, auto: false });
      from.pause(upload?.id);
      void from.remove('no such upload');
      void from.cancel('no such upload');
      from.retry();
      from.clear();
    });
    from.add([randomFile(10)]);
    await until(() => from.uploads[0]?.status === 'paused');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = calls;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(calls, before);
  });
});

describe('an upload that goes wrong while it is paused', () => {
  it('stays paused and can be resumed, whenever exactly the pause comes', async () => {
    const unhandled: unknown[] = [];
    const note = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    addEventListener('unhandledrejection', note);
    const worker = await fake();
    const rounds = Array.from({ length: 40 }, async (_, turns) => {
      let isBroken = true;
      const from = uploader(worker, {
        metadata: () => {
          if (!isBroken) return undefined;
          isBroken = false;
          let pausing = Promise.resolve();
          for (let turn = 0; turn < turns; turn++) pausing = pausing.then(() => undefined);
          void pausing.then(() => from.pause());
          throw new Error('no metadata today');
        },
      });
      from.add([randomFile(100, `${turns}`)]);
      await until(() => /paused|failed/.test(from.uploads[0]?.status ?? ''));
      // What is under way comes to its end.
      await new Promise((resolve) => setTimeout(resolve, 50));
      from.resume();
      from.retry();
      await until(() => from.uploads[0]?.status === 'done');
    });
    await Promise.all(rounds);
    removeEventListener('unhandledrejection', note);
    assert.deepEqual(unhandled.map(String), []);
  });
});

describe('what is over', () => {
  it('leaves no listener behind that would keep its parts in memory', async () => {
    const { addEventListener: add, removeEventListener: remove } = AbortSignal.prototype;
    const heard = new Map<AbortSignal, number>();
    const count = (signal: AbortSignal, change: number) =>
      heard.set(signal, (heard.get(signal) ?? 0) + change);
    AbortSignal.prototype.addEventListener = function (...parameters: unknown[]) {
      count(this, 1);
      return Reflect.apply(add, this, parameters) as undefined;
    };
    AbortSignal.prototype.removeEventListener = function (...parameters: unknown[]) {
      count(this, -1);
      return Reflect.apply(remove, this, parameters) as undefined;
    };
    try {
      const worker = await fake();
      const from = uploader(worker);
      from.add([randomFile(100, 'small'), randomFile(8 * MIB, 'large')]);
      await settled(from);
      assert.equal(from.totals.done, 2);
      await until(() => ![...heard].some(([signal, count]) => !signal.aborted && count > 0));
    } finally {
      Object.assign(AbortSignal.prototype, { addEventListener: add, removeEventListener: remove });
    }
  });

  it('is known by none of its ids once it is removed', async () => {
    const worker = await fake();
    await worker.fault({
      side: 'store',
      match: 'PUT .*part=2$',
      answer: { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' },
    });
    await worker.fault({ side: 'api', match: 'resume', answer: { status: 410, body: GONE } });
    const from = uploader(worker);
    const { uploads } = from.add([randomFile(8 * MIB)]);
    await settled(from);
    const [before, after] = [uploads[0]?.id ?? '', from.uploads[0]?.id ?? ''];
    assert.ok(before !== after, 'it began again under another id');
    await from.remove(after);
    const found: unknown[] = [];
    const { get } = Map.prototype;
    const spy = (value: typeof get) => Object.assign(Map.prototype, { get: value });
    spy(function (this: Map<unknown, unknown>, key: unknown) {
      const value: unknown = Reflect.apply(get, this, [key]);
      if (key === before) found.push(value);
      return value;
    });
    from.pause(before);
    spy(get);
    assert.deepEqual(found, [undefined]);
  });
});

const GONE = JSON.stringify({ code: 'gone', status: 410, detail: 'It is over.' });
