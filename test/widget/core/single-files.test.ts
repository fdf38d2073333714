/** Files that go in one request: what the page does when it cannot tell whether one is stored. */
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  sha256,
  until,
  uploader,
} from './fake/client.ts';
import type { FaultRule } from './fake/space.ts';

afterEach(closeAll);

const problem = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: 'about:blank', title: code, status, detail: code, code }),
});

/** Uploads a file of 1 MiB through these faults, and says what the Worker has then. */
async function uploadThrough(...rules: FaultRule[]) {
  const worker = await fake();
  for (const rule of rules) await worker.fault(rule);
  const from = uploader(worker);
  const file = randomFile(MIB);
  const { uploads } = from.add([file]);
  const [upload] = await settled(from);
  assert.equal(upload?.status, 'done', String(upload?.error));
  const report = await worker.report();
  assert.deepEqual(report.breaches, []);
  assert.deepEqual(
    report.uploads.map(({ id, state, sha256 }) => ({ id, state, sha256 })),
    [{ id: uploads[0]?.id ?? '', state: 'complete', sha256: await sha256(file) }],
  );
  return worker;
}

describe('a file that goes in one request', () => {
  it('is completed, and not begun again, if the Worker refuses to sign what is stored', async () => {
    const worker = await uploadThrough(
      // A browser may send a request again by itself, once.
      { side: 'store', times: 3, loseReply: true },
      { side: 'api', match: '/sign$', times: null, answer: problem(409, 'conflict') },
    );
    assert.ok((await worker.count('api', /\/sign$/)) > 0);
    assert.equal(await worker.count('api', /^POST .*\/uploads$/), 1);
  });

  it('is looked for before it is sent again, if the store does not know its upload', async () => {
    const body = '<Error><Code>NoSuchUpload</Code></Error>';
    const worker = await uploadThrough({ side: 'store', answer: { status: 404, body } });
    assert.equal(await worker.count('store', /^PUT/), 2);
    assert.equal(await worker.count('api', /^POST .*\/uploads\/complete/), 2);
  });

  for (const act of ['cancel', 'remove'] as const) {
    it(`ends without an error by ${act}, if the Worker keeps what may be stored already`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'store', times: null, stall: true });
      await worker.fault({
        side: 'api',
        match: '^DELETE',
        times: null,
        answer: problem(409, 'conflict'),
      });
      const from = uploader(worker);
      const failures: unknown[] = [];
      from.addEventListener('upload-failed', ({ error }) => failures.push(error));
      const { uploads } = from.add([randomFile(MIB)]);
      while (!(await worker.count('store', /^PUT/)));
      await from[act](uploads[0]?.id ?? '');
      await until(() => from.totals.active === 0);
      assert.deepEqual(
        from.uploads.map(({ status, error }) => [status, error]),
        act === 'cancel' ? [['cancelled', undefined]] : [],
      );
      assert.deepEqual(failures, []);
      assert.equal(await worker.count('api', /^DELETE/), 1, 'asked once: the answer is final');
      assert.deepEqual(await from.interrupted(), [], 'it is not offered again');
    });
  }

  it('is completed with the ETag that the store has answered, if the page may read it', async () => {
    for (const exposeEtag of [true, false]) {
      const worker = await fake({ exposeEtag });
      const from = uploader(worker);
      from.add([randomFile(MIB), randomFile(10, 'other.bin')]);
      const uploads = await settled(from);
      assert.deepEqual(
        uploads.map(({ status }) => status),
        ['done', 'done'],
      );
      const report = await worker.report();
      // The Worker refuses one that is not the store's.
      assert.deepEqual(
        report.uploads.map(({ saidEtag }) => saidEtag !== undefined),
        [exposeEtag, exposeEtag],
      );
      assert.deepEqual(report.breaches, []);
    }
  });
});
