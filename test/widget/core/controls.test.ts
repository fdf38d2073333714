import { Controls } from '../../../widget/core/controls.ts';
import { loadScheduler } from '../../../widget/core/load-scheduler.ts';
import { Upload } from '../../../widget/core/upload/upload.ts';
import { assert } from './fake/assert.ts';
import { closeAll, fake, randomFile, settled, until, uploader, type Fake } from './fake/client.ts';

describe('until the scheduler is loaded', () => {
  let worker: Fake;
  beforeEach(async () => {
    worker = await fake();
  });
  afterEach(closeAll);

  it('pause and resume show at once, and the upload goes its way afterwards', async () => {
    const from = uploader(worker, { eager: false });
    from.add([randomFile(1000)]);
    assert.equal(from.uploads[0]?.status, 'queued');
    from.pause();
    assert.equal(from.uploads[0]?.status, 'paused');
    from.resume();
    assert.equal(from.uploads[0]?.status, 'queued');
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });

  it('a cancelled upload is cancelled at once, and nothing of it is sent', async () => {
    const from = uploader(worker, { eager: false });
    from.add([randomFile(1000, 'a'), randomFile(1000, 'b')]);
    const cancelled = from.cancel(from.uploads[0]?.id);
    assert.equal(from.uploads[0]?.status, 'cancelled');
    await cancelled;
    await settled(from);
    assert.equal(from.uploads[1]?.status, 'done');
    assert.equal((await worker.report()).uploads.length, 1);
  });

  it('options that change apply to what was added before', async () => {
    const from = uploader(worker, { endpoint: `${worker.endpoint}/elsewhere`, eager: false });
    from.add([randomFile(1000)]);
    from.configure({ endpoint: worker.endpoint });
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });
});

describe('if the scheduler cannot be loaded', () => {
  let controls: Controls;
  let upload: Upload;
  /** Attempts that fail from now on. */
  let failures: number;

  beforeEach(() => {
    upload = new Upload({ file: randomFile(1000) });
  });
  afterEach(() => controls.close());

  async function start(options: { readonly patienceMs?: number } = {}): Promise<void> {
    const { endpoint } = await fake();
    const host = {
      uploads: () => [upload],
      changed: () => undefined,
      starting: () => true,
      refused: () => undefined,
    };
    controls = new Controls({ endpoint, ...options }, host, async () => {
      if (failures-- > 0) throw new TypeError('Failed to fetch');
      return loadScheduler();
    });
    controls.start(upload);
  }

  it('uploads wait for the server, and are sent once it can', async () => {
    failures = 1;
    await start();
    await until(() => 'waitingFor' in upload.state.progress);
    const { progress } = upload.state;
    assert.deepEqual(progress, { phase: 'queued', waitingFor: 'signer' });
    await until(() => upload.phase === 'done');
  });

  it('they fail when patience ends, and a retry loads it again', async () => {
    failures = Infinity;
    await start({ patienceMs: 0 });
    await until(() => upload.phase === 'failed');
    const { progress } = upload.state;
    assert.ok(progress.phase === 'failed');
    assert.equal(progress.error.code, 'signer_unreachable');
    assert.equal(progress.error.retryable, true);
    assert.ok(progress.error.cause instanceof TypeError);
    failures = 0;
    controls.retry(upload);
    await until(() => upload.phase === 'done');
  });
});
