/** Section E of the numbered cases: faults of the network and of the store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ETAG_HIDDEN, expired, PORTAL, s3Error, WITHOUT_CORS } from './answers.ts';
import type { Fault } from './rules.ts';
import {
  assertInTime,
  assertWhole,
  FOUR_PARTS,
  PART_BYTES,
  STALL_MS,
  uploadsBegun,
} from './rig.ts';
import { withRig } from './suite.ts';
import { IS_LOCAL_R2 } from './worker.ts';

/** The largest that goes as a form. */
const FORM_BYTES = 2 ** 20;
const PUT_2 = { method: 'PUT', part: 2 } as const;

withRig('E: network and store', (rig, browser) => {
  /** One upload whose second part meets `fault` once. */
  const survives = async (fault: Fault): Promise<void> => {
    const handle = rig().lane.fault({ when: PUT_2, fault });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [handle] });
  };
  /** Snapshot of an upload that was given up, and how often its second part was tried. */
  const givenUp = async (patienceMs?: number) => {
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS), {
      ...(patienceMs !== undefined && { patienceMs }),
    });
    assert.equal(uploaded.upload.status, 'failed');
    assert.ok(uploaded.upload.error);
    const puts = rig().lane.traffic.seen.filter(({ method }) => method === 'PUT').length;
    return { ...uploaded, error: uploaded.upload.error, puts };
  };

  for (const [status, code] of [
    [500, 'InternalError'],
    [502, 'BadGateway'],
    [503, 'SlowDown'],
    [504, 'GatewayTimeout'],
    [429, 'TooManyRequests'],
    [408, 'RequestTimeout'],
    [400, 'RequestTimeout'],
    [400, 'IncompleteBody'],
  ] as const) {
    test(`61: a part answered ${status} ${code} once`, () => survives(s3Error(status, code)));
  }

  test('61: Retry-After in seconds is waited for', async () => {
    const busy = s3Error(429, 'TooManyRequests', '', { headers: { 'retry-after': '2' } });
    const handle = rig().lane.fault({ when: PUT_2, fault: busy });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [handle] });
    assert.ok(uploaded.endedAt - (handle.endedAt ?? 0) >= 1900);
  });

  test('61: Retry-After as a date is waited for', async () => {
    const at = new Date(Date.now() + 4000);
    const busy = s3Error(503, 'SlowDown', '', { headers: { 'retry-after': at.toUTCString() } });
    const handle = rig().lane.fault({ when: PUT_2, fault: busy });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [handle] });
    // The date has whole seconds.
    assert.ok(Date.now() >= at.getTime() - 1000);
  });

  test('62: 503 for ever ends in a failure that Retry can take up, with nothing aborted', async () => {
    const fault = rig().lane.fault({
      when: PUT_2,
      times: Infinity,
      fault: s3Error(503, 'ServiceUnavailable'),
    });
    const { tab, file, error } = await givenUp(3000);
    assert.equal(error.retryable, true);
    assert.ok(fault.hits >= 3 && fault.hits <= 20, `${fault.hits} attempts`);
    if (!IS_LOCAL_R2) assert.equal((await rig().openUploads()).length, 1);
    const putsBefore = rig().lane.traffic.count('PUT');
    fault.end();
    await tab.act('retry');
    const [upload] = await tab.settled();
    assert.ok(upload);
    const endedAt = performance.now();
    await assertWhole(
      rig(),
      { tab, upload, file, endedAt },
      { faults: [fault], extraPuts: fault.hits },
    );
    assert.equal(rig().lane.traffic.count('PUT') - putsBefore, 1, 'only the missing part is sent');
  });

  for (const at of [0, 0.5, 0.99, 1]) {
    const when = at === 1 ? 'after the whole body, before the answer' : `at ${at * 100} %`;
    test(`63: a connection reset ${when}`, () => survives({ kind: 'reset', at }));
  }

  test('63, 60: a part stored, and its reply lost: sent again, and its newest ETag counts', () =>
    survives({ kind: 'lose-reply' }));

  // A form is signed anew before it is sent again, and the Worker signs nothing for what is stored.
  for (const [what, bytes, method, hits, skip] of [
    ['part', FOUR_PARTS, 'PUT', 3, IS_LOCAL_R2 && 'it lists no parts'],
    ['file of one PUT', FORM_BYTES + 1, 'PUT', 3, false],
    ['file of one form', FORM_BYTES, 'POST', 1, IS_LOCAL_R2 && 'it takes no form POSTs'],
  ] as const) {
    test(
      `63: a ${what} that is stored, and whose replies are all lost, is found on the store`,
      {
        skip,
      },
      async () => {
        const lost = rig().lane.fault({
          when: what === 'part' ? PUT_2 : { method },
          times: Infinity,
          fault: { kind: 'lose-reply' },
        });
        const uploaded = await rig().upload(await rig().file(bytes));
        await assertWhole(rig(), uploaded, { extraPuts: hits - 1 });
        assert.equal(lost.hits, hits);
      },
    );
  }

  test('64: a store that takes the body and never answers', () => survives({ kind: 'stall' }));

  test('64: a store that stops reading in the middle', () =>
    survives({ kind: 'freeze', afterBytes: 1_000_000 }));

  test(
    '64: a form POST that is never answered',
    { skip: IS_LOCAL_R2 && 'it takes no form POSTs' },
    async () => {
      const fault = rig().lane.fault({
        when: { method: 'POST' },
        skip: 1,
        fault: { kind: 'stall' },
      });
      const tab = await rig().tab();
      await tab.open({ stallMs: STALL_MS });
      await tab.pick((await rig().file(FOUR_PARTS)).path);
      for (const start of [0, 1]) {
        await tab.cut([{ name: `${start}.bin`, start, end: start + FORM_BYTES }]);
        await tab.add();
        await tab.settled();
      }
      const { lane } = rig();
      assert.deepEqual(
        (await tab.uploads()).map(({ status }) => status),
        ['done', 'done'],
      );
      assert.equal(lane.traffic.count('POST'), 3);
      assert.equal(fault.hits, 1);
      // It tells of no progress; what the first one took says how long its silence may be.
      const stalled = lane.traffic.seen.find(({ fault }) => fault === 'stall');
      const heldMs = (stalled?.endedAt ?? Infinity) - (stalled?.beganAt ?? 0);
      assert.ok(heldMs < 3 * STALL_MS, `${heldMs} ms`);
    },
  );

  test('65: the head of an answer, and never its end', () => survives({ kind: 'head-only' }));

  test('67: a host that can never be reached ends with a clear error, and not in endless tries', async () => {
    await rig().lane.down();
    const { error } = await givenUp(3000);
    assert.equal(error.code, 'store_unreachable');
    assert.equal(error.retryable, true);
    const state = rig().front.traffic.count();
    assert.ok(state < 20, `${state} requests to the Worker`);
  });

  test('68: a body cut short on its way to the store', () =>
    survives({ kind: 'truncate', afterBytes: 1_000_000 }));

  test('69: a bit flipped on its way is found by the store, and the part sent again', () =>
    survives({ kind: 'flip-bit', atByte: 2_000_000 }));

  test('69: a bit that flips every time fails loudly, and no object is made', async () => {
    rig().lane.fault({
      when: PUT_2,
      times: Infinity,
      fault: { kind: 'flip-bit', atByte: 2_000_000 },
    });
    const { error } = await givenUp();
    assert.equal(error.code, 'checksum_mismatch');
    const [begun] = uploadsBegun(rig().control);
    assert.equal(await rig().store.sha256(begun?.key ?? ''), undefined);
  });

  test('70: a file that goes in one request needs no ETag', async () => {
    const fault = rig().lane.fault({ times: Infinity, fault: ETAG_HIDDEN });
    const uploaded = await rig().upload(await rig().file(PART_BYTES));
    fault.end();
    await assertWhole(rig(), uploaded, { faults: [fault], extraPuts: 0 });
  });

  for (const [what, fault] of [
    [
      '403',
      s3Error(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.', {
        cors: false,
      }),
    ],
    ['404', s3Error(404, 'NoSuchBucket', '', { cors: false })],
    [
      'a redirect',
      s3Error(307, 'TemporaryRedirect', '', {
        cors: false,
        headers: { location: 'http://127.0.0.1:9/' },
      }),
    ],
    ['200 without CORS headers', WITHOUT_CORS],
  ] as const) {
    test(`71: preflights answered by ${what} end with a message that names CORS`, async () => {
      rig().lane.fault({ when: { method: 'OPTIONS' }, times: Infinity, fault });
      const { error, puts } = await givenUp(2000);
      assert.equal(error.code, 'cors', error.message);
      assert.match(error.message, /CORS/);
      assert.equal(puts, 0);
      assert.ok(rig().lane.traffic.count('OPTIONS') <= 40);
    });
  }

  test('72: 403 expired, with CORS headers', () => survives(expired()));

  test('72: 403 expired, without CORS headers', () => survives(expired({ cors: false })));

  test('72: 403 expired while the body is still being sent', () =>
    survives(expired({ early: true })));

  test('74: a bucket of another region ends at once, with the store’s code', async () => {
    rig().lane.fault({
      when: { method: 'PUT' },
      times: Infinity,
      fault: s3Error(400, 'AuthorizationHeaderMalformed', "expecting 'eu-west-1'"),
    });
    const { error, puts } = await givenUp();
    assert.equal(error.code, 'store_refused');
    assert.equal(error.storeCode, 'AuthorizationHeaderMalformed');
    assert.ok(puts <= 6);
  });

  test('74: the Worker’s own calls meet another region: misconfigured, at once', async () => {
    rig().control.fault({
      times: Infinity,
      fault: s3Error(301, 'PermanentRedirect', '', {
        headers: { 'x-amz-bucket-region': 'eu-west-1' },
      }),
    });
    const { error } = await givenUp();
    assert.equal(error.code, 'misconfigured');
  });

  test('75: a Worker whose clock is wrong says so, at once', async () => {
    rig().control.fault({ times: Infinity, fault: s3Error(403, 'RequestTimeTooSkewed') });
    const { error } = await givenUp();
    assert.equal(error.code, 'misconfigured');
  });

  for (const years of [-1, 1]) {
    test(`76: a page whose clock is ${years > 0 ? 'a year ahead' : 'a year behind'} uploads all the same`, async () => {
      const tab = await rig().tab();
      await tab.page.evaluateOnNewDocument(
        (ms) => {
          const real = Date;
          const Shifted = class extends real {
            constructor(...args: readonly number[]) {
              if (args.length === 0) super(real.now() + ms);
              else super(...(args as [number]));
            }
            static override now(): number {
              return real.now() + ms;
            }
          };
          globalThis.Date = Shifted as DateConstructor;
        },
        years * 365 * 86_400_000,
      );
      const file = await rig().file(FOUR_PARTS);
      await tab.open();
      await tab.pick(file.path);
      await tab.add();
      const [upload] = await tab.settled();
      assert.ok(upload);
      const uploaded = { tab, upload, file, endedAt: performance.now() };
      await assertWhole(rig(), uploaded, { extraPuts: 0 });
    });
  }

  test('77: keys that have ended are asked for anew', () =>
    survives(s3Error(400, 'ExpiredToken', 'The provided token has expired.')));

  test('77: keys that no longer exist end with a typed error', async () => {
    rig().lane.fault({
      when: { method: 'PUT' },
      times: Infinity,
      fault: s3Error(403, 'InvalidAccessKeyId'),
    });
    const { error, puts } = await givenUp();
    assert.equal(error.code, 'store_refused');
    assert.equal(error.storeCode, 'InvalidAccessKeyId');
    assert.ok(puts <= 16, `${puts} PUTs`);
  });

  test('78: 429 for one key is waited for, and two files of one name never share a key', async () => {
    const tooOften = s3Error(429, 'TooManyRequests', 'Reduce your concurrent request rate.');
    const fault = rig().lane.fault({ times: 2, fault: tooOften });
    const tab = await rig().tab();
    await tab.open();
    await tab.pick((await rig().file(FOUR_PARTS)).path);
    await tab.cut([1000, 1001].map((end) => ({ name: 'the-same.bin', start: 0, end })));
    await tab.add();
    const uploads = await tab.settled();
    assert.deepEqual(
      uploads.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.equal(fault.hits, 2);
    assert.equal(new Set(uploads.map(({ key }) => key)).size, 2);
    assert.notEqual(
      await rig().store.sha256(uploads[0]?.key ?? ''),
      await rig().store.sha256(uploads[1]?.key ?? ''),
    );
  });

  test('78: Complete answered 429, to the Worker', async () => {
    const fault = rig().control.fault({
      when: { method: 'POST', query: /uploadId=/ },
      fault: s3Error(429, 'TooManyRequests'),
    });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [fault], extraPuts: 0 });
  });

  test('79: a captive portal’s page under 200 is no success', () => survives(PORTAL));

  test('79: a captive portal in front of the Worker is waited out', async () => {
    const fault = rig().front.fault({ forMs: 2000, fault: PORTAL });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [fault], extraPuts: 0 });
  });

  test(
    '66: offline, said by the browser itself, it waits; online, it goes on',
    { skip: browser === 'firefox' && 'Firefox cannot be taken offline from outside' },
    async () => {
      const tab = await rig().tab();
      const file = await rig().file(9 * PART_BYTES);
      await tab.open({ stallMs: 1500, patienceMs: 2000 });
      await tab.pick(file.path);
      const begun = rig().lane.fault({
        when: { method: 'PUT', part: 4 },
        fault: { kind: 'delay', ms: 500 },
      });
      await tab.add();
      await begun.begun;
      await tab.page.setOfflineMode(true);
      const waiting = await tab.when(({ status }) => status === 'waiting');
      assert.equal(waiting.waitingFor, 'online');
      // Longer than its patience: being offline does not count.
      await new Promise((resolve) => setTimeout(resolve, 4000));
      assert.equal((await tab.uploads())[0]?.status, 'waiting');
      await tab.page.setOfflineMode(false);
      const onlineAt = performance.now();
      const [upload] = await tab.settled();
      assert.ok(upload);
      const endedAt = performance.now();
      await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 6 });
      assertInTime(rig(), file, endedAt, onlineAt);
    },
  );
});

withRig(
  'E: signatures that end soon',
  (rig) => {
    test('73: what has grown old before it was sent is signed anew, and no store ever says so', async () => {
      const slow = rig().lane.fault({
        when: { method: 'PUT' },
        times: Infinity,
        fault: { kind: 'late', ms: 2000 },
      });
      const uploaded = await rig().upload(await rig().file(FOUR_PARTS), {
        concurrency: 1,
        stallMs: 10_000,
      });
      slow.end();
      await assertWhole(rig(), uploaded, { extraPuts: 0 });
      const refused = rig().lane.traffic.seen.filter(({ status }) => status === 403);
      assert.equal(refused.length, 0);
    });

    test('66: an outage that outlives every signature is survived', async () => {
      const { front, lane } = rig();
      const begun = lane.fault({
        when: { method: 'PUT', part: 4 },
        fault: { kind: 'reset', at: 0.5 },
      });
      const uploading = rig().upload(await rig().file(FOUR_PARTS));
      await begun.begun;
      const under = lane.traffic.inFlight;
      await Promise.all([front.down(), lane.down()]);
      await new Promise((resolve) => setTimeout(resolve, 7000));
      await Promise.all([front.up(), lane.up()]);
      const upAt = performance.now();
      const uploaded = await uploading;
      await assertWhole(rig(), uploaded, { extraPuts: under + 1 });
      assertInTime(rig(), uploaded.file, uploaded.endedAt, upAt);
    });
  },
  { URL_TTL: '5s' },
);
