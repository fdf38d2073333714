/** What the page makes of a file before it is sent. */
import type { Transform, TransformStep } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';
import {
  closeAll,
  deferred,
  fake,
  MIB,
  randomFile,
  settled,
  sha256,
  until,
  uploader,
  whenUpload,
} from './fake/client.ts';

/** The first half of the file. */
const halve: Transform = (file) => file.slice(0, file.size / 2, file.type);

describe('transforms', () => {
  afterEach(closeAll);

  it('make what is sent, one after the other, and a Blob keeps the name', async () => {
    const worker = await fake();
    const rename: Transform = async (file) => new File([file], `${file.name}.enc`);
    const from = uploader(worker, { transforms: [halve, () => undefined, halve, rename] });
    const file = randomFile(4000, 'a.bin');
    const [added] = from.add([file]).uploads;
    assert.deepEqual([added?.name, added?.bytes], ['a.bin', 4000]);
    await settled(from);
    const [upload] = from.uploads;
    assert.deepEqual(
      [upload?.status, upload?.name, upload?.bytes, upload?.loaded],
      ['done', 'a.bin.enc', 1000, 1000],
    );
    assert.equal(upload?.file, file, 'the preview is of what was chosen');
    assert.equal(from.totals.bytes, 1000);
    const [stored] = (await worker.report()).uploads;
    assert.deepEqual([stored?.name, stored?.bytes], ['a.bin.enc', 1000]);
    assert.equal(stored?.sha256, await sha256(file.slice(0, 1000)));
  });

  it('cut a large file into parts of what is sent', async () => {
    const worker = await fake();
    const from = uploader(worker, { transforms: [halve] });
    const file = randomFile(24 * MIB);
    from.add([file]);
    await settled(from);
    const [stored] = (await worker.report()).uploads;
    assert.equal(stored?.sha256, await sha256(file.slice(0, 12 * MIB)));
  });

  it('say in the snapshot what is done, and how far it is', async () => {
    const steps: (TransformStep | undefined)[] = [];
    const turn = deferred<undefined>();
    const work: Transform = async (_file, { progress }) => {
      progress({ text: 'Making it smaller', fraction: 0.5 });
      await turn.promise;
      return undefined;
    };
    const from = uploader(await fake(), { transforms: [work] });
    from.add([randomFile(10)]);
    const { step } = await whenUpload(from, ({ step }) => step?.fraction === 0.5);
    steps.push(step);
    turn.resolve(undefined);
    await settled(from);
    steps.push(from.uploads[0]?.step);
    assert.deepEqual(steps, [{ text: 'Making it smaller', fraction: 0.5 }, undefined]);
  });

  it('work on two files at a time', async () => {
    let running = 0;
    let most = 0;
    const work: Transform = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
    };
    const from = uploader(await fake(), { transforms: [work] });
    from.add(Array.from({ length: 8 }, (_, at) => randomFile(10, `${at}`)));
    await settled(from);
    assert.equal(most, 2);
    assert.ok(from.uploads.every(({ status }) => status === 'done'));
  });

  it('are stopped by a pause and begin again, and are stopped by a cancel', async () => {
    const signals: AbortSignal[] = [];
    let isHanging = true;
    const work: Transform = async (_file, { signal }) => {
      signals.push(signal);
      if (isHanging) await new Promise(() => undefined);
    };
    const worker = await fake();
    const from = uploader(worker, { transforms: [work] });
    from.add([randomFile(10, 'a'), randomFile(10, 'b')]);
    await until(() => signals.length === 2);
    await until(() => from.uploads.every(({ status }) => status === 'transforming'));
    await from.cancel(from.uploads[1]?.id);
    from.pause();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
    );
    isHanging = false;
    from.resume();
    await settled(from);
    assert.equal(signals.length, 3);
    assert.deepEqual(
      from.uploads.map(({ status }) => status),
      ['done', 'cancelled'],
    );
    assert.equal((await worker.report()).uploads.length, 1);
  });

  it('that fail can be retried, from the file that was chosen', async () => {
    const worker = await fake();
    let attempts = 0;
    const work: Transform = (file) => {
      if (++attempts === 1) throw new TypeError('no memory');
      return halve(file, {} as Parameters<Transform>[1]);
    };
    const from = uploader(worker, { transforms: [work] });
    from.add([randomFile(1000)]);
    await settled(from);
    const [failed] = from.uploads;
    assert.deepEqual(
      [failed?.status, failed?.error?.code, failed?.error?.retryable],
      ['failed', 'transform_failed', true],
    );
    assert.ok(failed?.error?.cause instanceof TypeError);
    from.retry();
    await settled(from);
    assert.deepEqual([from.uploads[0]?.status, from.uploads[0]?.bytes], ['done', 500]);
  });

  it('leave types and sizes of what is sent to the policy, and of what is chosen to the page', async () => {
    const worker = await fake({ maxBytes: 600 });
    const from = uploader(worker, { transforms: [halve], restrictions: { maxBytes: 1100 } });
    await until(() => from.checksum !== undefined);
    const { rejected } = from.add([randomFile(1000, 'a'), randomFile(1200, 'b')]);
    assert.deepEqual(
      rejected.map(({ file, error }) => [file.name, error.code]),
      [['b', 'too_large']],
    );
    await settled(from);
    assert.deepEqual(
      from.uploads.map(({ name, status }) => [name, status]),
      [['a', 'done']],
    );
  });

  it('know the chosen file by what it was: the same again is a duplicate', async () => {
    const from = uploader(await fake(), { transforms: [halve] });
    const file = randomFile(1000, 'a');
    from.add([file]);
    await settled(from);
    const { rejected } = from.add([file]);
    assert.equal(rejected[0]?.error.code, 'duplicate');
  });
});

describe('edit', () => {
  afterEach(closeAll);

  it('changes name and metadata until the Worker knows the upload', async () => {
    const worker = await fake();
    const from = uploader(worker, { auto: false });
    const [added] = from.add([randomFile(10, 'a.heic')]).uploads;
    const id = added?.id ?? '';
    from.edit(id, { name: 'Holiday.heic' });
    from.edit(id, { metadata: { album: 'Summer' } });
    assert.deepEqual(
      [from.uploads[0]?.name, from.uploads[0]?.metadata],
      ['Holiday.heic', { album: 'Summer' }],
    );
    from.start();
    await settled(from);
    assert.equal((await worker.report()).uploads[0]?.name, 'Holiday.heic');
    from.configure({ auto: false });
    const waiting = from.add([randomFile(10, 'b')]).uploads[0]?.id ?? '';
    const errors = [
      [id, { name: 'x' }],
      ['none', { name: 'x' }],
      [waiting, { name: ' ' }],
    ] as const;
    for (const [at, [upload, edits]] of errors.entries()) {
      try {
        from.edit(upload, edits);
        assert.ok(false, 'it throws');
      } catch (error) {
        const { code } = error as { code: string };
        assert.equal(code, ['conflict', 'not_found', 'invalid_request'][at]);
      }
    }
  });

  it('keeps the extension that a transform has given', async () => {
    const worker = await fake();
    const toJpeg: Transform = (file) =>
      new File([file], file.name.replace('.heic', '.jpg'), { type: 'image/jpeg' });
    const from = uploader(worker, { auto: false, transforms: [toJpeg] });
    const [added] = from.add([randomFile(10, 'a.heic')]).uploads;
    from.edit(added?.id ?? '', { name: 'Holiday.heic' });
    from.start();
    await settled(from);
    assert.equal((await worker.report()).uploads[0]?.name, 'Holiday.jpg');
  });
});
