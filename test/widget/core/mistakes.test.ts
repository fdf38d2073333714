import { slowness } from '../../slowness.ts';
import type { UploadError, UploaderOptions } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';
import {
  closeAll,
  fake,
  MIB,
  randomFile,
  settled,
  until,
  uploader,
  type Fake,
} from './fake/client.ts';
import type { FaultRule } from './fake/space.ts';

const page = '<!doctype html><title>Welcome</title>';
const xml = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><RequestId>R1</RequestId></Error>`;
/** A page of any browser should show what is wrong by then. */
const TOLD_MS = 5000;

describe('a mistake of the operator', () => {
  const { error: original } = console;
  let told: string[] = [];
  // Loads the scheduler, which takes time and is no part of what is measured.
  before(async () => {
    const from = uploader(await fake());
    from.add([randomFile(1)]);
    await settled(from);
  });
  beforeEach(() => {
    told = [];
    console.error = (text: string) => void told.push(text);
  });
  afterEach(() => {
    console.error = original;
    closeAll();
  });

  /** Adds files, and expects the first to fail in time. */
  async function failure(worker: Fake, files = [randomFile(MIB)], path = ''): Promise<UploadError> {
    const startedMs = performance.now();
    const from = uploader({ ...worker, endpoint: worker.endpoint + path });
    from.add(files);
    await settled(from);
    const { error } = from.uploads[0] ?? {};
    assert.ok(error, String(from.uploads[0]?.status));
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < TOLD_MS * slowness(), `${tookMs} ms`);
    // One cause is told once, of the file that met it first.
    const messages = from.uploads.flatMap((upload) => upload.error?.message ?? []);
    assert.ok(
      told.some((text) => messages.some((message) => text.includes(message))),
      `${error.message} was not in the console: ${told.join()}`,
    );
    return error;
  }

  async function failureBy(rule: FaultRule, files?: File[]): Promise<UploadError> {
    const worker = await fake();
    await worker.fault({ times: null, ...rule });
    return failure(worker, files);
  }

  /** The status of the page's first report, which nothing waits for. */
  async function firstReport(worker: Fake): Promise<number> {
    for (;;) {
      const [report] = (await worker.report()).reports;
      if (report) return report.status;
    }
  }

  it('who does not allow the page’s origin is told the origin and the setting', async () => {
    const { code, message } = await failureBy({
      side: 'api',
      match: '/policy',
      answer: { status: 403, cors: false },
    });
    assert.equal(code, 'misconfigured');
    assert.ok(message.includes(`add ${location.origin} to its ALLOWED_ORIGINS`), message);
  });

  for (const [what, options, named] of [
    ['getToken throws', { getToken: () => Promise.reject(new Error('no session')) }, /no session/],
    [
      'getToken returns the page of a sign-in',
      { getToken: () => `${page}\n${page}` },
      /header|value/i,
    ],
    ['headers has a name with a space', { headers: { 'X Team': 'a' } }, /X Team|name/i],
    // WebKit does not say which value it refuses.
    ['credentials is misspelt', { credentials: 'includes' }, /includes|enum|Type error/i],
  ] as const) {
    it(`whose ${what} is told so, and not that the Worker refuses the page`, async () => {
      const worker = await fake();
      const from = uploader(worker, options as Partial<UploaderOptions>);
      from.add([randomFile(10)]);
      await until(() => told.length > 0 || from.uploads[0]?.status === 'done');
      assert.ok(named.test(told.join()), told.join());
      assert.ok(/`getToken`, `headers` or `credentials` failed/.test(told.join()));
      assert.equal(await worker.count('api', /policy/), 0);
    });
  }

  it('whose metadata the Worker refuses is told the field, once for all files', async () => {
    const worker = await fake();
    const problem = (at: number) => ({
      problem: { code: 'invalid_request', status: 400, detail: `files[${at}].metadata.album: …` },
    });
    const body = JSON.stringify({ uploads: [problem(0), problem(1)] });
    await worker.fault({
      side: 'api',
      match: 'POST /uploads$',
      times: null,
      answer: { status: 200, body },
    });
    await failure(worker, [randomFile(10, 'a'), randomFile(10, 'b')]);
    assert.equal(told.length, 1, told.join());
  });

  it('is not seen in a line that breaks twice at first', async () => {
    const worker = await fake();
    await worker.fault({ side: 'api', match: '/policy', times: 2, reset: true });
    const from = uploader(worker);
    from.add([randomFile(MIB)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.deepEqual(told, []);
  });

  it('whose endpoint answers with a web page is told so', async () => {
    for (const status of [200, 404]) {
      const { code, message } = await failureBy({
        side: 'api',
        match: '/policy',
        answer: { status, body: page },
      });
      assert.equal(code, 'signer_unreachable');
      assert.ok(message.includes(`not the Worker answers ${status} at http`), message);
    }
  });

  it('whose endpoint has a path that the Worker does not know is told so', async () => {
    const { code, message } = await failure(await fake(), undefined, '/wrong');
    assert.equal(code, 'misconfigured');
    assert.ok(/There is no signer at .*\/wrong: check `endpoint`/.test(message), message);
  });

  it('whose store’s address answers with a web page is told so', async () => {
    const rule: FaultRule = { side: 'store', match: 'PUT', answer: { status: 200, body: page } };
    const { code, message } = await failureBy(rule);
    assert.equal(code, 'store_unreachable');
    assert.ok(/not the store answers 200 .*S3_ENDPOINT/.test(message), message);
  });

  it('gets the store’s answer into the log once, and the Worker’s advice into the error', async () => {
    const worker = await fake();
    await worker.fault({
      side: 'store',
      match: 'PUT',
      times: null,
      answer: { status: 403, body: xml('SignatureDoesNotMatch') },
    });
    const files = [randomFile(MIB, 'a'), randomFile(MIB, 'b'), randomFile(MIB, 'c')];
    const { code, message } = await failure(worker, files);
    assert.equal(code, 'store_refused');
    assert.ok(/403 SignatureDoesNotMatch: what helps/.test(message), message);
    const { reports, breaches } = await worker.report();
    assert.deepEqual(breaches, []);
    assert.equal(reports.length, 1);
    const [report] = reports;
    assert.equal(report?.status, 403);
    assert.equal(report?.code, 'SignatureDoesNotMatch');
    assert.equal(report?.requestId, 'R1');
    assert.equal(report?.part, 1);
    assert.equal(told.length, 1, 'three files have one cause');
  });

  for (const [status, body] of [
    [507, xml('XMinioStorageFull')],
    [403, xml('QuotaExceeded')],
    [507, ''],
  ] as const) {
    it(`whose store is full (${status} ${body}) is told so, and no other file is sent`, async () => {
      const worker = await fake();
      await worker.fault({ side: 'store', match: 'PUT', times: null, answer: { status, body } });
      const from = uploader(worker, { concurrency: 1 });
      from.add(Array.from({ length: 5 }, (_, index) => randomFile(MIB, `${index}`)));
      await settled(from);
      for (const { error } of from.uploads) assert.equal(error?.code, 'store_full');
      assert.equal(await worker.count('store', /PUT/), 1);
    });
  }

  it('whose bucket has no CORS rule is told the method, the headers and the origin', async () => {
    const worker = await fake({ hidesStore: true });
    const { code, message } = await failure(worker);
    assert.equal(code, 'cors');
    assert.ok(
      message.includes(
        `allow PUT from ${location.origin} with the headers content-md5, and expose ETag`,
      ),
      message,
    );
    assert.equal(await firstReport(worker), 0);
  });

  it('whose bucket has no CORS rule is told so although small files get through by forms', async () => {
    const worker = await fake({ hidesStore: true, formMaxBytes: MIB });
    const from = uploader(worker);
    from.add([randomFile(1000)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.ok(
      told.some((text) => /CORS rule must allow POST/.test(text)),
      told.join(),
    );
    assert.equal(await firstReport(worker), 0);
  });
});
