/** Who is calling, which Worker, and what it says: all of it may change in the middle. */
import { isUploadError } from '../../../widget/core/index.ts';
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
  whenUpload,
} from './fake/client.ts';

afterEach(closeAll);

describe('a caller', () => {
  it('that is another before the policy has come is judged by a policy of its own', async () => {
    const old = await fake({ checksum: 'crc64nvme' });
    const other = await fake({ checksum: 'md5' });
    await old.fault({ side: 'api', match: 'policy', isHeld: true });
    const from = uploader(old);
    while (!(await old.count('api', /policy/)));
    from.configure({ endpoint: other.endpoint });
    await old.clear();
    await until(() => from.checksum === 'md5');
    assert.equal(await other.count('api', /policy/), 1);
  });

  it('that is the same, in other objects, is not asked for again', async () => {
    const worker = await fake();
    const from = uploader(worker, { headers: { 'x-team': 'blue' } });
    await until(() => from.checksum !== undefined);
    from.configure({ endpoint: new URL(worker.endpoint), headers: { 'x-team': 'blue' } });
    from.add([randomFile(10)]);
    await settled(from);
    assert.equal(await worker.count('api', /policy/), 1);
  });

  it('is never taken for the one before, whose token came late', async () => {
    const bearers: (string | null)[] = [];
    const { fetch: real } = globalThis;
    globalThis.fetch = (input, init) => {
      if (String(input).endsWith('/uploads'))
        bearers.push(new Headers(init?.headers).get('authorization'));
      return real(input, init);
    };
    try {
      const worker = await fake();
      const late = () => new Promise<string>((resolve) => setTimeout(() => resolve('late'), 150));
      const from = uploader(worker, { getToken: late });
      from.configure({ getToken: () => 'new' });
      await until(() => from.checksum !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      from.add([randomFile(10)]);
      await settled(from);
      assert.deepEqual(bearers, ['Bearer new']);
    } finally {
      globalThis.fetch = real;
    }
  });

  it('is asked for once by requests that need a token at the same time', async () => {
    const worker = await fake({ bearer: 'one' });
    let asked = 0;
    const getToken = async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'one';
    };
    const from = uploader(worker, { getToken, eager: false });
    await Promise.all([from.unfinished(), from.unfinished(), from.unfinished()]);
    assert.equal(asked, 1);
  });

  it('whose token cannot be had is told so, and of the reason', async () => {
    const worker = await fake();
    const reason = new Error('the session is over');
    const from = uploader(worker, { getToken: () => Promise.reject(reason), patienceMs: 200 });
    from.add([randomFile(10)]);
    await settled(from);
    const error = from.uploads[0]?.error;
    assert.ok(isUploadError(error) && /getToken/.test(error.message), String(error));
    assert.equal(error.cause, reason);
    assert.equal(await worker.count('api'), 0);
  });
});

describe('an endpoint that changes in the middle', () => {
  it('is no change of the file', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const from = uploader(worker);
    const file = randomFile(16 * MIB);
    from.add([file]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    // The same Worker under another name.
    from.configure({ endpoint: `${worker.endpoint}/../api` });
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });
});

describe('a policy that changes in the middle', () => {
  it('changes no upload that has begun, also not after a pause', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 40 });
    const from = uploader(worker, { headers: { 'x-team': 'blue' } });
    const file = randomFile(16 * MIB);
    from.add([file]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    from.pause();
    await worker.set({ singleMaxBytes: 32 * MIB, partBytes: 8 * MIB });
    from.configure({ headers: { 'x-team': 'red' } });
    while ((await worker.count('api', /policy/)) < 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    from.resume();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(await worker.count('api', /uploads\/complete$/), 0);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });

  it('costs no part that is sent twice where it cuts files otherwise', async () => {
    const worker = await fake();
    const from = uploader(worker);
    await until(() => from.checksum !== undefined);
    await worker.set({ partBytes: 2 * MIB });
    const file = randomFile(16 * MIB);
    from.add([file]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(await worker.count('store', /PUT/), 8);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });

  for (const [bytes, what] of [
    [100, 'small'],
    [8 * MIB, 'large'],
  ] as const) {
    it(`is asked for again where it wants another checksum (a ${what} file)`, async () => {
      const worker = await fake({ checksum: 'md5' });
      const from = uploader(worker);
      await until(() => from.checksum === 'md5');
      await worker.set({ checksum: 'crc64nvme' });
      const file = randomFile(bytes);
      from.add([file]);
      await settled(from);
      assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
      assert.equal(from.checksum, 'crc64nvme');
      assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
    });
  }
});
