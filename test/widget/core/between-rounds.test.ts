/** Uploads that are stopped while they wait before they are tried as a whole again. */
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
} from './fake/client.ts';

afterEach(closeAll);

const problem = (code: string, status: number) => ({
  status,
  body: JSON.stringify({ code, status, detail: 'The test says so.' }),
});

/** The second time in a row that nothing more has arrived, the wait begins to take seconds. */
const WAITING = 2;

/** Resolves once the engine has got so many answers from a path, and has had time to act on the last. */
function whenAnswered(path: RegExp, times: number): Promise<void> {
  const { fetch: real } = globalThis;
  return new Promise((resolve) => {
    globalThis.fetch = async (input, init) => {
      const answer = await real(input, init);
      if (!path.test(String(input))) return answer;
      const text = await answer.text();
      if (--times === 0) {
        globalThis.fetch = real;
        setTimeout(resolve, 50);
      }
      return new Response(text, answer);
    };
  });
}

describe('an upload that waits before its next round', () => {
  it('is aborted if it is cancelled then, although it was called complete but for one call', async () => {
    const worker = await fake();
    const answer = problem('conflict', 409);
    await worker.fault({ side: 'api', match: '/complete$', answer, times: null });
    const waiting = whenAnswered(/complete$/, WAITING);
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    await waiting;
    await from.cancel();
    const [upload] = await settled(from);
    assert.equal(upload?.status, 'cancelled');
    assert.equal((await worker.report()).uploads[0]?.state, 'aborted');
  });

  it('goes on by its id if it is paused then, and not by one that was aborted', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', stall: true, times: null });
    await worker.fault({ side: 'api', match: '/sign$', answer: problem('gone', 410), times: null });
    const waiting = whenAnswered(/sign$/, WAITING);
    const from = uploader(worker);
    const file = randomFile(24 * MIB);
    from.add([file]);
    await waiting;
    const { id } = await whenUpload(from, () => true);
    from.pause(id);
    await worker.clear();
    from.resume(id);
    const [upload] = await settled(from);
    assert.equal(upload?.status, 'done', upload?.error?.message);
    const stored = (await worker.report()).uploads.find((one) => one.id === upload?.id);
    assert.equal(stored?.sha256, await sha256(file));
  });
});
