import { slowness } from '../../slowness.ts';
import { isUploadError, type UploadSnapshot } from '../../../widget/core/index.ts';
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
  type Fake,
} from './fake/client.ts';
import type { FaultRule, SpaceOptions } from './fake/space.ts';

afterEach(closeAll);

/** Uploads one file through a fault; it must arrive. */
async function arrives(
  rule: FaultRule,
  options: SpaceOptions = {},
  bytes = 8 * MIB,
): Promise<{ worker: Fake; upload: UploadSnapshot }> {
  const worker = await fake(options);
  await worker.fault(rule);
  const from = uploader(worker, { stallMs: rule.stall ? 1000 : 30_000 });
  const file = randomFile(bytes);
  let highest = 0;
  from.addEventListener('upload-progress', () => {
    const loaded = from.uploads[0]?.loaded ?? 0;
    assert.ok(loaded >= highest && loaded <= bytes, `${loaded} after ${highest}`);
    highest = loaded;
  });
  from.add([file]);
  await settled(from);
  const [upload] = from.uploads;
  assert.equal(upload?.status, 'done', String(upload?.error));
  const report = await worker.report();
  assert.deepEqual(report.breaches, []);
  const open = report.uploads.filter(({ state }) => state === 'open');
  assert.equal(open.length, 0, 'nothing is left open');
  const stored = report.uploads.find(({ id }) => id === upload?.id);
  assert.equal(stored?.sha256, await sha256(file));
  assert.ok(upload);
  return { worker, upload };
}

const part2 = { side: 'store', match: 'PUT .*part=2$' } as const;
const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;

describe('a part', () => {
  const faults: Record<string, Partial<FaultRule>> = {
    'is answered 500 once': { answer: { status: 500, body: xml('InternalError') } },
    'is answered 503 SlowDown with Retry-After': {
      answer: { status: 503, headers: { 'retry-after': '1' }, body: xml('SlowDown') },
    },
    'is answered 429': { answer: { status: 429 } },
    'times out on the store': { answer: { status: 400, body: xml('RequestTimeout') } },
    'is refused as expired': { answer: { status: 403, body: xml('AccessDenied') } },
    'is refused without CORS headers': { answer: { status: 403, cors: false } },
    'is said to be corrupt': { answer: { status: 400, body: xml('BadDigest') } },
    'is reset': { reset: true },
    'is reset twice': { reset: true, times: 2 },
    'is stored, and the answer is lost': { loseReply: true },
    'is never answered': { stall: true },
    'is answered 200 with an error': { answer: { status: 200, body: xml('InternalError') } },
    'is answered 200 by a captive portal': { answer: { status: 200, body: '<html>Log in</html>' } },
  };
  for (const [what, fault] of Object.entries(faults)) {
    it(`that ${what} is sent again, and no other is`, async () => {
      const { worker } = await arrives({ ...part2, ...fault });
      const puts = await worker.count('store', /PUT/);
      assert.equal(puts, 8 + (fault.times ?? 1));
    });
  }

  it('of an upload that the store forgot makes it begin anew', async () => {
    const { worker } = await arrives({
      ...part2,
      answer: { status: 404, body: xml('NoSuchUpload') },
    });
    assert.equal(await worker.count('api', /resume/), 1);
  });

  it('is not sent with a URL that has grown too old', async () => {
    const { worker } = await arrives(
      { side: 'store', times: Infinity, delayMs: 500 },
      { expiresIn: 2 },
      24 * MIB,
    );
    const { log } = await worker.report();
    assert.equal(log.filter(({ line }) => line.startsWith('PUT')).length, 24);
  });

  it('that the store keeps refusing fails the upload with the store’s words', async () => {
    const worker = await fake();
    await worker.fault({
      ...part2,
      times: Infinity,
      answer: { status: 403, body: xml('AccessDenied') },
    });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB, 'refused.bin')]);
    await settled(from);
    const error = from.uploads[0]?.error;
    assert.ok(isUploadError(error));
    assert.equal(error.code, 'store_refused');
    assert.equal(error.storeCode, 'AccessDenied');
    assert.equal(error.status, 403);
    assert.equal(error.partNumber, 2);
    assert.equal((await worker.report()).inFlight, 0);
  });

  it('that is corrupt each time fails the upload loudly', async () => {
    const worker = await fake();
    await worker.fault({
      ...part2,
      times: Infinity,
      answer: { status: 400, body: xml('BadDigest') },
    });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    await settled(from);
    assert.equal(from.uploads[0]?.error?.code, 'checksum_mismatch');
    assert.equal(await worker.count('store', /part=2$/), 3);
  });
});

describe('a call to the Worker', () => {
  for (const call of ['GET /policy', 'POST /uploads$', 'sign', 'complete']) {
    const faults: Record<string, Partial<FaultRule>> = {
      'is answered 503': { answer: { status: 503 } },
      'is reset': { reset: true },
      'is answered with HTML': { answer: { status: 200, body: '<html>' } },
      'is answered with JSON that is not ours': { answer: { status: 200, body: '{"ok":true}' } },
      'is answered with a word': { answer: { status: 200, body: '"ok"' } },
      'does its work and loses the answer': { loseReply: true },
    };
    for (const [what, fault] of Object.entries(faults)) {
      it(`(${call}) that ${what} is made again`, async () => {
        await arrives({ side: 'api', match: call, ...fault }, {}, 12 * MIB);
      });
    }
  }

  for (const call of ['POST /uploads$', 'complete']) {
    it(`(${call}) for a small file that loses its answer is made again`, async () => {
      await arrives({ side: 'api', match: call, loseReply: true }, {}, 100);
    });
  }

  it('(DELETE) that is answered with JSON that is not ours is made again', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 100 });
    await worker.fault({ side: 'api', match: 'DELETE', answer: { status: 200, body: '{}' } });
    const from = uploader(worker);
    from.add([randomFile(16 * MIB)]);
    await whenUpload(from, ({ loaded }) => loaded > 0);
    await from.cancel();
    assert.equal((await worker.report()).uploads[0]?.state, 'aborted');
  });

  it('that finds parts missing has only those sent again', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const file = randomFile(8 * MIB);
    await worker.fault({ side: 'api', match: 'complete', isHeld: true });
    from.add([file]);
    const { id } = await whenUpload(from, ({ status }) => status === 'completing');
    await worker.lose(id, 3);
    await worker.clear();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal(await worker.count('store', /PUT/), 9);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });

  it('with a bearer token that has run out asks for another', async () => {
    const worker = await fake({ bearer: 'new' });
    const tokens = ['old', 'new'];
    const from = uploader(worker, { getToken: () => tokens.shift() });
    from.add([randomFile(100)]);
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });

  it('that says no to one file of many fails that one alone', async () => {
    const worker = await fake({ maxBytes: 1000 });
    const from = uploader(worker);
    from.add([randomFile(10, 'a'), randomFile(2000, 'b'), randomFile(20, 'c')]);
    await settled(from);
    const told = from.uploads.map(({ status, error }) => error?.code ?? status);
    assert.deepEqual(told, ['done', 'too_large', 'done']);
  });
});

describe('an answer of something in between', () => {
  const statuses = [
    302, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 414, 421, 423, 424, 425, 431, 451, 499,
    501,
  ];
  const page = '<html><h1>Blocked</h1></html>';
  const moments: Record<string, Pick<FaultRule, 'side' | 'match'>> = {
    'to the request for the policy': { side: 'api', match: 'GET /policy' },
    'to Create': { side: 'api', match: 'POST /uploads$' },
    'to a signing call': { side: 'api', match: 'sign' },
    'to Complete': { side: 'api', match: 'complete' },
    'to a part': part2,
  };
  for (const [moment, where] of Object.entries(moments)) {
    for (const status of statuses) {
      it(`(${status}, ${moment}) costs at most one more request, and no upload`, async () => {
        const headers = { 'content-type': 'text/html' };
        const { worker, upload } = await arrives(
          { ...where, answer: { status, headers, body: page } },
          {},
          12 * MIB,
        );
        assert.equal(upload.restarts, 0);
        assert.ok((await worker.count('store', /PUT/)) <= 13);
      });
    }
  }

  for (const [side, match] of [
    ['api', '/policy$'],
    ['api', 'POST /uploads$'],
    ['api', 'complete'],
    ['store', 'PUT'],
  ] as const) {
    it(`is what the upload waits for, as soon as it comes (${side}, ${match})`, async () => {
      const worker = await fake();
      await worker.fault({ side, match, times: null, answer: { status: 403, body: page } });
      const from = uploader(worker);
      const addedAt = performance.now();
      from.add([randomFile(8 * MIB)]);
      const { status } = await whenUpload(from, ({ waitingFor }) => waitingFor === 'network');
      assert.equal(status, match === 'complete' ? 'completing' : 'waiting');
      assert.ok(performance.now() - addedAt < 5000 * slowness());
      await worker.clear();
      await settled(from);
      assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
      assert.equal(from.uploads[0]?.waitingFor, undefined);
    });
  }

  for (const side of ['api', 'store'] as const) {
    it(`that lasts longer than patience (${side}) fails with Retry, and goes on from what is stored`, async () => {
      const worker = await fake();
      const match = side === 'api' ? 'complete' : 'PUT .*part=2$';
      await worker.fault({ side, match, times: null, answer: { status: 404, body: page } });
      const from = uploader(worker, { patienceMs: 1500 });
      from.add([randomFile(8 * MIB)]);
      await settled(from);
      const [failed] = from.uploads;
      assert.equal(failed?.status, 'failed');
      assert.ok(failed?.error?.retryable);
      assert.ok(/something that is not/i.test(String(failed?.error)));
      await worker.clear();
      from.retry();
      await settled(from);
      assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
      const puts = await worker.count('store', /PUT .*part=[13-8]$/);
      assert.equal(puts, 7, 'what was stored is not sent again');
    });
  }
});

describe('an outage', () => {
  it('of the store shows as waiting, and the upload goes on by itself', async () => {
    const worker = await fake();
    const from = uploader(worker);
    const file = randomFile(16 * MIB);
    await worker.fault({ side: 'store', skip: 6, times: Infinity, answer: { status: 503 } });
    from.add([file]);
    const waiting = await whenUpload(from, ({ status }) => status === 'waiting');
    assert.equal(waiting.waitingFor, 'store');
    const { log } = await worker.report();
    assert.ok(log.length < 40, 'it does not hammer');
    await worker.clear();
    await settled(from);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });

  it('that outlasts all patience fails, and Retry finishes from what is stored', async () => {
    const worker = await fake();
    const from = uploader(worker, { patienceMs: 1000 });
    const file = randomFile(16 * MIB);
    await worker.fault({ side: 'store', skip: 6, times: Infinity, answer: { status: 503 } });
    from.add([file]);
    await settled(from);
    const [failed] = from.uploads;
    assert.equal(failed?.error?.code, 'store_unavailable');
    assert.ok(failed?.error?.retryable);
    assert.equal((await worker.report()).uploads[0]?.state, 'open');
    await worker.clear();
    const sent = await worker.count('store', /PUT/);
    from.retry();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done', String(from.uploads[0]?.error));
    assert.equal((await worker.count('store', /PUT/)) - sent, 10);
    assert.equal((await worker.report()).uploads[0]?.sha256, await sha256(file));
  });

  it('of the Worker shows as waiting for it, fails in the end, and Retry finishes', async () => {
    const worker = await fake();
    const from = uploader(worker, { patienceMs: 800 });
    await worker.fault({ side: 'api', times: Infinity, reset: true });
    from.add([randomFile(100)]);
    const waiting = await whenUpload(from, ({ status }) => status === 'waiting');
    assert.equal(waiting.waitingFor, 'signer');
    await settled(from);
    assert.equal(from.uploads[0]?.error?.code, 'signer_unreachable');
    await worker.clear();
    from.retry();
    await settled(from);
    assert.equal(from.uploads[0]?.status, 'done');
  });
});

describe('a store that never answers', () => {
  it('is named as what does not answer', async () => {
    const worker = await fake();
    const from = uploader(worker, { patienceMs: 500 });
    await worker.fault({ side: 'store', times: null, reset: true });
    from.add([randomFile(100, 'lost.bin')]);
    await settled(from);
    const error = from.uploads[0]?.error;
    assert.equal(error?.code, 'store_unreachable');
    assert.ok(/lost\.bin.*does not answer/.test(error?.message ?? ''), error?.message);
  });

  it('is waited for as long as the page wants, also without an end', async () => {
    const worker = await fake();
    const from = uploader(worker, { stallMs: Infinity });
    for (const side of ['api', 'store'] as const) {
      await worker.fault({ side, delayMs: 500 });
    }
    from.add([randomFile(100), randomFile(8 * MIB)]);
    await settled(from);
    assert.deepEqual(
      from.uploads.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.equal(await worker.count('store', /PUT/), 1 + 8, 'nothing is sent twice');
  });
});

describe('a file of one request', () => {
  it('that is stored, and the answer is lost, is completed and not sent again', async () => {
    const worker = await fake({ refusesStored: true });
    // Once more than Chrome itself tries on a line that was cut.
    await worker.fault({ side: 'store', match: 'PUT', times: 2, loseReply: true });
    const from = uploader(worker);
    from.add([randomFile(100)]);
    const [added] = from.uploads;
    await settled(from);
    const [upload] = from.uploads;
    assert.equal(upload?.status, 'done', upload?.error?.message);
    assert.equal(upload?.id, added?.id, 'it is the same upload');
    assert.equal(await worker.count('api', /sign/), 1);
    assert.equal(await worker.count('api', /complete/), 1);
  });
});

describe('a queued file', () => {
  it('waits for its turn, and not for a Worker that is back', async () => {
    const worker = await fake();
    await worker.fault({ side: 'store', times: null, delayMs: 150 });
    const from = uploader(worker, { concurrency: 1 });
    const large = Array.from({ length: 5 }, (_, at) => randomFile(8 * MIB, `${at}`));
    await until(() => from.checksum !== undefined);
    await worker.fault({ side: 'api', match: 'POST /uploads$', times: 4, reset: true });
    from.add(large.slice(0, 4));
    await whenUpload(from, ({ status }) => status === 'waiting');
    from.add(large.slice(4));
    await whenUpload(from, ({ status }) => status === 'uploading');
    assert.equal(from.uploads[4]?.status, 'queued');
  });
});

describe('an ETag that CORS hides', () => {
  it('is found by the Worker where the store lists parts', async () => {
    await arrives({ side: 'store', match: 'never' }, { exposeEtag: false });
  });

  it('is named with its remedy where the store does not', async () => {
    const worker = await fake({ exposeEtag: false, listParts: false });
    const from = uploader(worker);
    from.add([randomFile(8 * MIB)]);
    await settled(from);
    assert.equal(from.uploads[0]?.error?.code, 'cors');
    assert.ok(/ExposeHeaders/.test(from.uploads[0]?.error?.message ?? ''));
  });
});
