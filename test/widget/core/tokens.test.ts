/** Bearer tokens that are late, stale or missing. */
import { isUploadError } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, until, uploader } from './fake/client.ts';

afterEach(closeAll);

const never = () => new Promise<string>(() => undefined);

describe('a token', () => {
  it('that never comes fails the upload once patience has ended, and can be retried', async () => {
    const worker = await fake({ bearer: 'one' });
    let asked = 0;
    const getToken = () => (asked++ === 0 ? never() : 'one');
    const from = uploader(worker, { getToken, stallMs: 100, patienceMs: 400 });
    from.add([randomFile(10)]);
    await settled(from);
    const error = from.uploads[0]?.error;
    assert.ok(isUploadError(error) && /getToken/.test(error.message), String(error));
    assert.ok(error.retryable);
    assert.equal(asked, 1, 'one call at a time');
    from.retry();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
  });

  it('that never comes holds up no cancel', async () => {
    const worker = await fake();
    let asked = 0;
    const getToken = () => (asked++ === 0 ? 'one' : never());
    const from = uploader(worker, { getToken, stallMs: 200, patienceMs: 500 });
    await until(() => from.checksum !== undefined);
    from.configure({ getToken });
    from.add([randomFile(8 * MIB)]);
    await until(() => asked > 1);
    const cancelled = from.cancel();
    assert.equal(from.uploads[0]?.status, 'cancelled');
    await cancelled;
  });

  it('that takes longer than a request may is waited for', async () => {
    const worker = await fake({ bearer: 'one' });
    let asked = 0;
    const getToken = async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 700));
      return 'one';
    };
    const from = uploader(worker, { getToken, stallMs: 200 });
    from.add([randomFile(10)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(asked, 1);
  });

  it('that is stale for three seconds is asked for again until it is fresh', async () => {
    const worker = await fake({ bearer: 'fresh' });
    const startedAt = performance.now();
    const getToken = () => (performance.now() - startedAt < 3000 ? 'stale' : 'fresh');
    const from = uploader(worker, { getToken });
    from.add([randomFile(8 * MIB, 'large'), randomFile(10, 'small')]);
    await settled(from);
    assert.deepEqual(
      from.uploads.map(({ status }) => status),
      ['done', 'done'],
    );
  });

  it('that stays refused fails the upload once patience has ended', async () => {
    const worker = await fake({ bearer: 'fresh' });
    const from = uploader(worker, { getToken: () => 'stale', patienceMs: 500 });
    from.add([randomFile(10)]);
    await settled(from);
    const { error, status } = from.uploads[0] ?? {};
    assert.deepEqual([status, error?.code, error?.retryable], ['failed', 'unauthenticated', true]);
  });

  it('that is refused to several calls at a time is asked for by one call at a time', async () => {
    const worker = await fake();
    let running = 0;
    let most = 0;
    const bearers = ['one', 'two'];
    const getToken = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 150));
      running--;
      return bearers.shift() ?? 'two';
    };
    const from = uploader(worker, { getToken });
    await until(() => from.checksum !== undefined);
    await worker.set({ bearer: 'two' });
    // One of the refusals comes while the next token is asked for already.
    await worker.fault({ side: 'api', match: 'file', delayMs: 75 });
    const id = '0193b5a4-7c00-7000-8000-000000000000';
    await Promise.all([from.unfinished(), from.fileUrl(id).catch(() => undefined)]);
    assert.equal(most, 1);
  });

  it('that throws now and then costs no upload', async () => {
    const worker = await fake({ bearer: 'one' });
    let asked = 0;
    const getToken = () => {
      if (asked++ < 2) throw new Error('no network');
      return 'one';
    };
    const from = uploader(worker, { getToken });
    from.add([randomFile(10)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
  });
});
