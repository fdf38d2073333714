/** Deleting a finished file from the bucket, where the Worker allows it. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, randomFile, settled, uploader } from './fake/client.ts';

afterEach(closeAll);

describe('deleteFile', () => {
  it('deletes a file that was uploaded on this page, where the policy allows it', async () => {
    const worker = await fake({ removable: true });
    const from = uploader(worker);
    from.add([randomFile(1000, 'a'), randomFile(1000, 'b')]);
    await settled(from);
    const [first, second] = from.uploads;
    await from.deleteFile(first?.id ?? '');
    const { uploads } = await worker.report();
    assert.equal(uploads.find(({ id }) => id === first?.id)?.state, 'aborted');
    assert.equal(uploads.find(({ id }) => id === second?.id)?.state, 'complete');
    assert.equal(from.uploads.length, 2, 'its row stays until it is removed');
  });

  it('asks for nothing where the policy does not allow it, or the upload is not finished here', async () => {
    const worker = await fake();
    const from = uploader(worker);
    from.add([randomFile(1000, 'a')]);
    await settled(from);
    await from.deleteFile(from.uploads[0]?.id ?? '');
    await from.deleteFile('0190b8d2-7c3a-7000-8000-000000000061');
    assert.equal(await worker.count('api', /DELETE/), 0);
  });

  it('does not come with remove, clear or a new page: only the user deletes', async () => {
    const worker = await fake({ removable: true });
    const from = uploader(worker);
    from.add([randomFile(1000, 'a'), randomFile(1000, 'b')]);
    await settled(from);
    await from.remove(from.uploads[0]?.id ?? '');
    from.clear();
    from.close();
    assert.equal(await worker.count('api', /DELETE/), 0);
  });
});
