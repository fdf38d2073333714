/** Ids that come from outside become part of a path: only UUIDs may. */
import { isUploadId, isUploadError } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';
import { closeAll, fake, randomFile, uploader } from './fake/client.ts';

afterEach(closeAll);

const HOSTILE = ['../../api', '', 'a/b', '0192F0C4-0000-7000-8000-000000000000', 'policy?x='];

describe('an id from outside', () => {
  it('is refused when a file is added with it, with an error that says what it must be', async () => {
    const worker = await fake();
    const from = uploader(worker, { eager: false });
    for (const id of HOSTILE) {
      const { uploads, rejected } = from.add([{ file: randomFile(10), id }]);
      assert.equal(uploads.length, 0);
      assert.equal(rejected[0]?.error.code, 'invalid_request', id);
      assert.ok(/UUID/.test(rejected[0]?.error.message ?? ''));
    }
  });

  it('never becomes part of a request', async () => {
    const worker = await fake();
    const from = uploader(worker, { eager: false });
    for (const id of HOSTILE.filter(Boolean)) {
      const error = await from.fileUrl(id).catch((reason: unknown) => reason);
      assert.ok(
        isUploadError(error) && error.code === 'invalid_request',
        `${id}: ${String(error)}`,
      );
    }
    assert.equal(await worker.count('api', /file/), 0);
  });

  it('is one if it is a UUID in lower case, as the Worker makes and takes them', () => {
    assert.ok(isUploadId('0192f0c4-0000-7000-8000-000000000000'));
    assert.ok(HOSTILE.every((id) => !isUploadId(id)));
    assert.ok(!isUploadId(undefined));
  });
});
