/** When the browser asks the Worker for permission first, which costs a round trip and a request. */
import { assert } from './fake/assert.ts';
import { closeAll, fake, MIB, randomFile, settled, uploader, type Fake } from './fake/client.ts';
import { splitSimpleBody } from '../../../worker/protocol/simple-body.ts';
import { requestInit, type Contents } from '../../../widget/core/api/request-init.ts';
import type { UploaderOptions } from '../../../widget/core/index.ts';

afterEach(closeAll);

const SMALL = 1000;
/** In more parts than are signed with the Create. */
const LARGE = 20 * MIB;

async function upload(worker: Fake, sizes: number[], options: Partial<UploaderOptions> = {}) {
  const from = uploader(worker, options);
  from.add(sizes.map((bytes) => randomFile(bytes)));
  for (const { status, error } of await settled(from)) assert.equal(status, 'done', String(error));
  assert.deepEqual((await worker.report()).breaches, []);
}

async function preflights(worker: Fake): Promise<string[]> {
  const { log } = await worker.report();
  return log.filter(({ side }) => side === 'api-preflight').map(({ line }) => line);
}

describe('a page of another origin', () => {
  it('calls the Worker without a preflight, if no header has to say who is calling', async () => {
    const worker = await fake();
    await upload(worker, [SMALL, LARGE]);
    assert.deepEqual(await preflights(worker), []);
    assert.ok((await worker.count('api', /\/sign$/)) > 0);
    assert.ok((await worker.count('api', /\/complete$/)) > 1);
  });

  it('continues an upload without a preflight', async () => {
    const worker = await fake();
    const file = randomFile(LARGE);
    const first = uploader(worker);
    first.add([file]);
    await new Promise<void>((resolve) => {
      first.addEventListener('upload-progress', () => first.totals.loaded && resolve());
    });
    first.close();
    const from = uploader(worker);
    from.add([file]);
    const [upload] = await settled(from);
    assert.equal(upload?.status, 'done', String(upload?.error));
    assert.equal(await worker.count('api', /\/resume$/), 1);
    assert.deepEqual(await preflights(worker), []);
  });

  it('keeps the permission for later Creates and Completes, with a token', async () => {
    const worker = await fake({ bearer: 'alice' });
    const options = { getToken: () => 'alice' };
    for (let visit = 0; visit < 4; visit++) await upload(worker, [SMALL], options);
    const paths = await preflights(worker);
    for (const called of ['/uploads', '/uploads/complete']) {
      const { length } = paths.filter((path) => path === called);
      // Firefox 153 uses a permission only once it has been given twice.
      assert.ok(length === 1 || length === 2, paths.join('\n'));
    }
  });

  it('asks for permission before it sends headers of its own', async () => {
    const worker = await fake();
    await upload(worker, [SMALL], { headers: { 'X-App': 'mine' } });
    assert.ok((await preflights(worker)).includes('/uploads'));
  });
});

describe('a call that needs no preflight', () => {
  const call = { method: 'POST', headers: {}, credentials: 'same-origin', body: {} } as const;
  const typeOf = (url: string, contents: Contents) =>
    new Request(url, requestInit(url, contents)).headers.get('content-type');

  it('has the token of its upload in the body, and no header beside those that are safe', async () => {
    const url = 'https://uploads.example.com/uploads';
    const init = requestInit(url, { ...call, token: 'a.b.c' });
    assert.deepEqual(init.headers, { Accept: 'application/json' });
    assert.deepEqual(splitSimpleBody(String(init.body)), { token: 'a.b.c', json: '{}' });
  });

  it('goes to another origin, without cookies and without headers that say who is calling', () => {
    const url = 'https://uploads.example.com/uploads';
    const json = 'application/json';
    assert.ok(typeOf(url, call)?.startsWith('text/plain'));
    assert.equal(typeOf('/uploads', call), json);
    assert.equal(typeOf(`${location.origin}/uploads`, call), json);
    assert.equal(typeOf(url, { ...call, credentials: 'include' }), json);
    assert.equal(typeOf(url, { ...call, headers: { Authorization: 'Bearer mine' } }), json);
  });
});
