/** What the engine asks of the page around it: locks, the journal, the screen, the way out. */
import { accepts } from '../../../worker/protocol/accept.ts';
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

async function slowFake(): Promise<Fake> {
  const worker = await fake();
  await worker.fault({ side: 'store', times: null, delayMs: 60 });
  return worker;
}

/** Whether the browser would ask before it leaves the page. */
function asksBeforeLeaving(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  dispatchEvent(event);
  return event.defaultPrevented;
}

describe('leaving the page', () => {
  it('is warned of while uploads run, and not before or after', async () => {
    const worker = await slowFake();
    const from = uploader(worker);
    assert.ok(!asksBeforeLeaving());
    from.add([randomFile(12 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    assert.ok(asksBeforeLeaving());
    from.pause();
    assert.ok(!asksBeforeLeaving());
    from.resume();
    assert.ok(asksBeforeLeaving());
    await settled(from);
    assert.ok(!asksBeforeLeaving());
  });

  it('is not warned of by an uploader that was closed', async () => {
    const from = uploader(await slowFake());
    from.add([randomFile(12 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    from.close();
    assert.ok(!asksBeforeLeaving());
  });
});

describe('the screen', () => {
  let asked = 0;
  let released = 0;
  const { wakeLock } = navigator;
  beforeEach(() => {
    asked = released = 0;
    const request = () => {
      asked++;
      return Promise.resolve({ release: () => Promise.resolve(released++) });
    };
    Object.defineProperty(navigator, 'wakeLock', { value: { request }, configurable: true });
  });
  afterEach(() => {
    Object.defineProperty(navigator, 'wakeLock', { value: wakeLock, configurable: true });
  });

  it('is kept on while uploads run, and taken again when the page is seen again', async () => {
    const from = uploader(await slowFake());
    from.add([randomFile(12 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    assert.deepEqual([asked, released], [1, 0]);
    document.dispatchEvent(new Event('visibilitychange'));
    assert.equal(asked, 2);
    await settled(from);
    await Promise.resolve();
    assert.equal(released, asked);
  });

  it('is left alone where the page says so', async () => {
    const from = uploader(await slowFake(), { wakeLock: false });
    from.add([randomFile(8 * MIB)]);
    await settled(from);
    assert.equal(asked, 0);
  });
});

describe('two uploaders with the same file', () => {
  it('never send the same upload, and both end whole', async () => {
    const worker = await slowFake();
    const file = randomFile(16 * MIB);
    const first = uploader(worker);
    first.add([file]);
    await whenUpload(first, ({ loaded }) => loaded > 0);
    const second = uploader(worker);
    second.add([file]);
    await Promise.all([settled(first), settled(second)]);
    assert.ok(first.uploads[0]?.id !== second.uploads[0]?.id);
    const hash = await sha256(file);
    const { uploads } = await worker.report();
    assert.deepEqual(
      uploads.map(({ state, sha256: stored }) => [state, stored]),
      [
        ['complete', hash],
        ['complete', hash],
      ],
    );
  });
});

describe('without a journal', () => {
  const { indexedDB: real } = globalThis;
  const replace = (value: unknown) =>
    Object.defineProperty(globalThis, 'indexedDB', { value, configurable: true });
  afterEach(() => replace(real));

  it('uploads work all the same', async () => {
    replace({
      open: () => {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
    const worker = await fake();
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });

  it('nothing is resumed where the page does not want it', async () => {
    const worker = await slowFake();
    const file = randomFile(12 * MIB);
    const first = uploader(worker, { resume: false });
    first.add([file]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    first.close();
    const second = uploader(worker, { resume: false });
    second.add([file]);
    await settled(second);
    assert.ok(second.uploads[0]?.id !== id);
    assert.equal(second.uploads[0]?.resumed, false);
  });
});

describe('an unfinished upload', () => {
  it('is listed by the Worker, and goes on when its file is added under its id', async () => {
    const worker = await slowFake();
    const file = randomFile(16 * MIB);
    const first = uploader(worker, { resume: false });
    first.add([file]);
    const before = await whenUpload(first, ({ loaded }) => loaded > 8 * MIB);
    first.close();
    const second = uploader(worker, { resume: false });
    const [unfinished] = await second.unfinished();
    assert.equal(unfinished?.id, before.id);
    assert.equal(unfinished?.bytes, file.size);
    assert.ok((unfinished?.stored?.bytes ?? 0) > 8 * MIB, 'says how much has arrived');
    second.add([{ file, id: before.id }]);
    await settled(second);
    const [upload] = second.uploads;
    assert.equal(upload?.status, 'done', String(upload?.error));
    assert.equal(upload?.id, before.id);
    assert.ok(upload?.resumed);
    assert.deepEqual(await second.unfinished(), []);
  });

  for (const [what, match] of [
    ['resume', 'resume'],
    ['policy', 'policy|resume|health'],
  ] as const) {
    it(`goes on with what is stored also where the Worker was away at first (${what})`, async () => {
      const worker = await slowFake();
      const file = randomFile(16 * MIB);
      const first = uploader(worker, { resume: false });
      first.add([file]);
      const before = await whenUpload(first, ({ loaded }) => loaded > 8 * MIB);
      first.close();
      while ((await worker.report()).inFlight);
      const sent = await worker.count('store', /PUT/);
      await worker.fault({ side: 'api', match, times: null, reset: true });
      const second = uploader(worker, { resume: false, patienceMs: 300 });
      second.add([{ file, id: before.id }]);
      await settled(second);
      assert.equal(second.uploads[0]?.error?.code, 'signer_unreachable');
      await worker.clear();
      second.retry();
      await settled(second);
      const [upload] = second.uploads;
      assert.equal(upload?.status, 'done', String(upload?.error));
      assert.equal(upload?.id, before.id);
      assert.ok(upload?.resumed);
      assert.ok((await worker.count('store', /PUT/)) - sent < 8);
    });
  }

  it('that is cancelled before it went on is aborted all the same', async () => {
    const worker = await slowFake();
    const file = randomFile(16 * MIB);
    const first = uploader(worker, { resume: false });
    first.add([file]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    first.close();
    const second = uploader(worker, { resume: false, auto: false });
    second.add([{ file, id }]);
    await second.cancel();
    assert.equal((await worker.report()).uploads[0]?.state, 'aborted');
  });

  it('of another size begins anew', async () => {
    const worker = await slowFake();
    const first = uploader(worker, { resume: false });
    first.add([randomFile(16 * MIB)]);
    const { id } = await whenUpload(first, ({ loaded }) => loaded > 0);
    first.close();
    const second = uploader(worker, { resume: false });
    const other = randomFile(12 * MIB);
    second.add([{ file: other, id }]);
    await settled(second);
    assert.ok(second.uploads[0]?.id !== id);
    const stored = (await worker.report()).uploads.find(({ state }) => state === 'complete');
    assert.equal(stored?.sha256, await sha256(other));
  });
});

describe('files', () => {
  it('of the same name, size and date are taken once', async () => {
    const from = uploader(await fake(), { auto: false });
    const file = randomFile(10);
    from.add([file]);
    const { uploads, rejected } = from.add([file, randomFile(11)]);
    assert.equal(uploads.length, 1);
    assert.deepEqual(
      rejected.map(({ error }) => error.code),
      ['duplicate'],
    );
  });

  it('of another window are files, too', async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const { File: Foreign } = frame.contentWindow as Window & typeof globalThis;
    const worker = await fake();
    const from = uploader(worker);
    from.add([new Foreign(['abc'], 'foreign.txt')]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    frame.remove();
  });

  it('of one name in different folders are two', async () => {
    const from = uploader(await fake(), { auto: false });
    const file = randomFile(10);
    const { rejected } = from.add([
      { file, path: 'a/x' },
      { file, path: 'b/x' },
    ]);
    assert.equal(rejected.length, 0);
  });

  it('of a folder tell the Worker where they were, and others tell nothing', async () => {
    const worker = await fake();
    const from = uploader(worker);
    from.add([{ file: randomFile(10), path: 'photos/2026/x' }, randomFile(11)]);
    await settled(from);
    const { uploads } = await worker.report();
    const paths = uploads.toSorted((a, b) => a.bytes - b.bytes).map(({ path }) => path);
    assert.deepEqual(paths, ['photos/2026/x', undefined]);
  });

  it('that break a rule come back with it, in one event', async () => {
    const from = uploader(await fake(), {
      auto: false,
      restrictions: {
        accept: 'image/*,.PDF',
        minBytes: 2,
        maxBytes: 100,
        maxTotalBytes: 150,
        maxFiles: 3,
        validators: [({ name }) => (name.includes('draft') ? 'No drafts.' : undefined)],
      },
    });
    const events: string[][] = [];
    from.addEventListener('upload-rejected', (event) => {
      const { rejected } = event;
      events.push(rejected.map(({ error }) => error.code));
    });
    const image = (bytes: number, name: string, type = 'image/png') =>
      new File([new Uint8Array(bytes)], name, { type });
    from.add([
      image(50, 'a.png'),
      image(50, 'b.pdf', 'application/pdf'),
      image(50, 'c.exe', ''),
      image(1, 'd.png'),
      image(101, 'e.png'),
      image(60, 'f.png'),
      image(10, 'draft.png'),
      image(10, 'g.png'),
      image(10, 'h.png'),
    ]);
    assert.deepEqual(events, [
      [
        'type_not_allowed',
        'too_small',
        'too_large',
        'total_too_large',
        'rejected',
        'too_many_files',
      ],
    ]);
    assert.equal(from.uploads.length, 3);
  });

  it('are allowed by extension and type together, as the Worker allows them', async () => {
    const cases: [accept: string, name: string, type: string, isAllowed: boolean][] = [
      // Windows knows no type for it.
      ['image/*', 'a.heic', '', true],
      ['image/heic', 'a.heic', 'image/heif', true],
      ['.tar.gz', 'a.TAR.GZ', 'application/x-gzip', true],
      ['application/zip', 'a.zip', 'application/x-zip-compressed', true],
      ['.blend', 'a.blend', 'application/x-blender', true],
      ['text/csv; charset=utf-8', 'a.csv', 'text/csv', true],
      ['.pdf', 'a.pdf', 'text/html', false],
      ['image/*', 'a.html', 'image/png', false],
      ['.gz', '.gz', 'application/gzip', false],
      ['image/*', 'a', '', false],
    ];
    const worker = await fake();
    for (const [accept, name, type, isAllowed] of cases) {
      const from = uploader(worker, { auto: false, restrictions: { accept } });
      const { rejected } = from.add([new File(['x'], name, { type })]);
      const codes = rejected.map(({ error }) => error.code);
      assert.deepEqual(codes, isAllowed ? [] : ['type_not_allowed'], `${accept}: ${name} ${type}`);
      assert.equal(
        accepts(accept, { name, type }),
        isAllowed,
        `the rule: ${accept}: ${name} ${type}`,
      );
    }
  });

  it('are judged by the Worker’s policy, too, once it is known', async () => {
    const worker = await fake({ maxBytes: 100 });
    const from = uploader(worker);
    from.add([randomFile(10)]);
    await settled(from);
    const { rejected } = from.add([randomFile(101)]);
    assert.equal(rejected[0]?.error.code, 'too_large');
    assert.equal(rejected[0]?.error.limit, 100);
  });

  it('that a listener of upload-add does not want are not taken', async () => {
    const from = uploader(await fake());
    from.addEventListener('upload-add', (event) => event.preventDefault());
    assert.equal(from.add([randomFile(10)]).uploads.length, 0);
    assert.equal(from.uploads.length, 0);
  });
});
