/** Validators that answer later. */
import type { UploadRejectedEvent, Validator } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';
import { closeAll, deferred, fake, randomFile, settled, until, uploader } from './fake/client.ts';

/** A validator whose answers are given by the test, by file name. */
function slow() {
  const pending = new Map<string, ReturnType<typeof deferred<string | undefined>>>();
  const signals = new Map<string, AbortSignal>();
  const validate: Validator = ({ name }, { signal }) => {
    const answer = deferred<string | undefined>();
    pending.set(name, answer);
    signals.set(name, signal);
    return answer.promise;
  };
  const answer = (name: string, text?: string) => pending.get(name)?.resolve(text);
  const reject = (name: string, reason: unknown) => pending.get(name)?.reject(reason);
  return { validate, answer, reject, signals };
}

describe('a validator that returns a promise', () => {
  afterEach(closeAll);

  it('is awaited: the upload is checking, and is sent once nothing is against it', async () => {
    const worker = await fake();
    const { validate, answer } = slow();
    const from = uploader(worker, { restrictions: { validators: [validate] } });
    const { uploads, rejected } = from.add([randomFile(1000, 'a')]);
    assert.deepEqual([uploads[0]?.status, rejected.length], ['checking', 0]);
    assert.equal(from.totals.active, 1, 'the form has to wait for it');
    answer('a');
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });

  it('refuses with its text, or with the message of its rejection, and the upload is gone', async () => {
    const { validate, answer, reject } = slow();
    const from = uploader(await fake(), { restrictions: { validators: [validate] } });
    const events: string[] = [];
    const reasons: [string, string, string][] = [];
    from.addEventListener('upload-removed', ({ upload }) => events.push(`removed ${upload.name}`));
    from.addEventListener('upload-rejected', ({ rejected }: UploadRejectedEvent) => {
      for (const { file, error } of rejected) reasons.push([file.name, error.code, error.message]);
    });
    from.add(['text', 'error', 'nothing'].map((name) => randomFile(10, name)));
    answer('text', 'Too blurred.');
    reject('error', new Error('A virus was found.'));
    reject('nothing', undefined);
    await until(() => from.uploads.length === 0);
    assert.deepEqual(reasons, [
      ['text', 'rejected', 'Too blurred.'],
      ['error', 'rejected', 'A virus was found.'],
      ['nothing', 'rejected', ''],
    ]);
    assert.deepEqual(events, ['removed text', 'removed error', 'removed nothing']);
  });

  it('is asked before the ones behind it, and not after one that refuses', async () => {
    const { validate, answer } = slow();
    const asked: string[] = [];
    const second: Validator = ({ name }) => {
      asked.push(name);
      return name === 'b' ? 'Not b.' : undefined;
    };
    const from = uploader(await fake(), {
      auto: false,
      restrictions: { validators: [validate, second] },
    });
    from.add(['a', 'b', 'c'].map((name) => randomFile(10, name)));
    assert.deepEqual(asked, []);
    answer('c', 'No.');
    answer('a');
    answer('b');
    await until(() => from.uploads.length === 1 && from.uploads[0]?.status === 'queued');
    assert.deepEqual(asked.toSorted(), ['a', 'b']);
    assert.equal(from.uploads[0]?.name, 'a');
  });

  it('is told by its signal that the upload was cancelled, or the uploader closed', async () => {
    const { validate, answer, signals } = slow();
    const from = uploader(await fake(), { restrictions: { validators: [validate] } });
    const { uploads } = from.add([randomFile(10, 'a'), randomFile(10, 'b'), randomFile(10, 'c')]);
    void from.remove(uploads[0]?.id ?? '');
    await until(() => signals.get('a')?.aborted === true);
    answer('a');
    answer('b');
    await until(() => from.uploads[0]?.status !== 'checking');
    from.close();
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => signals.get(name)?.aborted),
      [true, false, true],
    );
    assert.deepEqual(
      from.uploads.map(({ name }) => name),
      ['b', 'c'],
    );
  });

  it('does not start what was paused meanwhile', async () => {
    const worker = await fake();
    const { validate, answer } = slow();
    const from = uploader(worker, { restrictions: { validators: [validate] } });
    from.add([randomFile(10, 'a'), randomFile(10, 'b')]);
    from.pause(from.uploads[0]?.id);
    answer('a');
    answer('b');
    await until(() => from.uploads[1]?.status === 'done');
    assert.equal(from.uploads[0]?.status, 'paused');
    assert.equal((await worker.report()).uploads.length, 1);
    from.resume();
    await until(() => from.uploads[0]?.status === 'done');
  });

  it('lets a failed upload continue whose file was added again, or fail again', async () => {
    const worker = await fake();
    const { validate, answer } = slow();
    const from = uploader(worker, { patienceMs: 0 });
    await worker.fault({ side: 'api', match: 'POST', times: null, reset: true });
    const file = randomFile(1000, 'a');
    from.add([file]);
    await settled(from);
    const [{ id, status } = {}] = from.uploads;
    assert.equal(status, 'failed');
    await worker.clear();
    from.configure({ restrictions: { validators: [validate] } });
    from.add([file]);
    assert.deepEqual([from.uploads[0]?.id, from.uploads[0]?.status], [id, 'checking']);
    answer('a', 'Not now.');
    await until(() => from.uploads[0]?.status === 'failed');
    assert.equal(from.uploads[0]?.error?.message, 'Not now.');
    from.add([file]);
    answer('a');
    await settled(from);
    assert.deepEqual([from.uploads[0]?.id, from.uploads[0]?.status], [id, 'done']);
  });
});

describe('what happens when files are added', () => {
  afterEach(closeAll);

  it('is told afterwards, with the uploads, and not if nothing was added', async () => {
    const from = uploader(await fake(), { auto: false, restrictions: { maxFiles: 2 } });
    const events: [string, number][] = [];
    from.addEventListener('upload-add', ({ files }) => events.push(['add', files.length]));
    from.addEventListener('upload-added', ({ uploads }) => events.push(['added', uploads.length]));
    from.add([randomFile(1, 'a'), randomFile(1, 'b'), randomFile(1, 'c')]);
    from.add([randomFile(1, 'd')]);
    assert.deepEqual(events, [
      ['add', 3],
      ['added', 2],
      ['add', 1],
    ]);
  });
});
