/** A browser whose IndexedDB never answers: WebKit's did (https://bugs.webkit.org/show_bug.cgi?id=226547). */
import { slowness } from '../../slowness.ts';
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, uploader, whenUpload } from './fake/client.ts';

afterEach(closeAll);

describe('a journal that never answers', () => {
  const { indexedDB: real } = globalThis;
  const replace = (value: unknown) =>
    Object.defineProperty(globalThis, 'indexedDB', { value, configurable: true });
  before(() => replace({ open: () => new EventTarget() }));
  after(() => replace(real));

  it('costs a moment, once, and no upload', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const addedAt = performance.now();
    from.add([randomFile(8 * MIB, 'a'), randomFile(8 * MIB, 'b')]);
    await settled(from);
    assert.deepEqual(
      from.uploads.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.ok(performance.now() - addedAt < 6000 * slowness());
    assert.deepEqual(await from.interrupted(), []);
  });

  it('holds up no cancel', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 100 });
    const from = uploader(worker);
    from.add([randomFile(24 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    await from.cancel();
    assert.equal((await worker.report()).uploads[0]?.state, 'aborted');
  });
});
