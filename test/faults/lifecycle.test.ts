/** Section D of the numbered cases: lifecycle and idempotency. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Result } from '../../worker/protocol.ts';
import { quickSum } from '../worker/quick-sums.ts';
import { call, create, newId } from './api.ts';
import { errorInside200, PORTAL, s3Error } from './answers.ts';
import type { PlainUpload } from './page.ts';
import type { Fault, Matcher } from './rules.ts';
import {
  assertWhole,
  FOUR_PARTS,
  PART_BYTES,
  uploadsBegun,
  type Rig,
  type TestFile,
} from './rig.ts';
import { withRig } from './suite.ts';
import type { Tab } from './tab.ts';
import { IS_LOCAL_R2 } from './worker.ts';

/** The Worker's Complete at the store. */
const STORE_COMPLETE: Matcher = { method: 'POST', query: /uploadId=/ };
const WORKER_COMPLETE: Matcher = { method: 'POST', path: /\/uploads\/[^/]+\/complete$/ };
/** All but the first two. */
const LATER_PARTS: Matcher = { method: 'PUT', where: ({ partNumber = 0 }) => partNumber > 2 };
const WORKER_CREATE: Matcher = { method: 'POST', path: /\/uploads$/ };

withRig('D: lifecycle', (rig) => {
  const survives = async (
    way: 'front' | 'control',
    when: Matcher,
    fault: Fault,
    extraPuts = 0,
  ): Promise<void> => {
    const handle = rig()[way].fault({ when, fault });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [handle], extraPuts });
  };

  test('41: a Create whose reply was lost is sent again, and makes no second upload', async () => {
    await survives('front', WORKER_CREATE, { kind: 'lose-reply' });
    assert.equal(uploadsBegun(rig().control).length, 1);
  });

  test('42: the same id with another size is a conflict', async () => {
    const { url } = rig().front;
    const checksums = [Buffer.alloc(IS_LOCAL_R2 ? 16 : 8).toString('base64')];
    const file = { id: newId(), name: 'a.bin', bytes: 2 * PART_BYTES, type: '', checksums };
    const clientId = newId();
    await create(url, file, clientId);
    await assert.rejects(create(url, { ...file, bytes: 3 * PART_BYTES }, clientId), /"conflict"/);
  });

  test('43: Complete asked twice, one after the other, answers the same', async () => {
    await survives('front', WORKER_COMPLETE, { kind: 'lose-reply' });
    const calls = rig().front.traffic.seen.filter(
      ({ method, url }) => method === 'POST' && url.pathname.endsWith('/complete'),
    );
    assert.deepEqual(
      calls.map(({ status }) => status),
      [undefined, 200],
    );
  });

  test('44: Complete asked twice at once makes one object, and answers both the same', async () => {
    const { url } = rig().front;
    const clientId = newId();
    const body = randomBytes(PART_BYTES + 1);
    const bodies = [body.subarray(0, PART_BYTES), body.subarray(PART_BYTES)];
    const checksums = bodies.map((part) => quickSum(IS_LOCAL_R2 ? 'md5' : 'crc64nvme', part));
    const file = { id: newId(), name: 'a.bin', bytes: body.length, type: '', checksums };
    const { id, token, key, requests } = await create(url, file, clientId);
    const parts = await Promise.all(
      requests.map(async ({ number, method, url, headers }, index) => {
        const answer = await fetch(url, { method, headers, body: bodies[index] ?? '' });
        return { number, etag: answer.headers.get('etag') ?? '', checksum: checksums[index] };
      }),
    );
    // Neither is over before the other has begun.
    rig().control.fault({ when: STORE_COMPLETE, times: 2, fault: { kind: 'delay', ms: 500 } });
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const sent = { token, clientId, body: IS_LOCAL_R2 ? { parts } : {} };
        const answer = await call(url, `/uploads/${id}/complete`, sent);
        assert.equal(answer.status, 200, await answer.clone().text());
        return answer.json() as Promise<Result>;
      }),
    );
    const [first, second] = answers.map(({ key, bytes, etag }) => ({ key, bytes, etag }));
    assert.equal(first?.bytes, body.length);
    assert.deepEqual(first, second);
    const sha256 = createHash('sha256').update(body).digest('hex');
    assert.equal(await rig().store.sha256(key), sha256);
    assert.deepEqual(await rig().openUploads(), []);
  });

  test('45: the reply to the store’s Complete lost after the store had done it', () =>
    survives('control', STORE_COMPLETE, { kind: 'lose-reply' }));

  test('46: Complete answered 200 with an error inside, then well', () =>
    survives('control', STORE_COMPLETE, errorInside200()));

  for (const [what, body] of [
    ['nothing', ''],
    ['whitespace alone', ' \n \n'],
    ['half an XML', '<?xml version="1.0"?><CompleteMultipartUploadResult><Loca'],
  ] as const) {
    test(`47: Complete done and answered 200 with ${what}`, () =>
      survives('control', STORE_COMPLETE, { kind: 'replace-body', body }));
    test(`47: Complete not done and answered 200 with ${what}`, () =>
      survives('control', STORE_COMPLETE, {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body,
      }));
  }

  test('47: Complete answered by a proxy’s page', () =>
    survives('control', STORE_COMPLETE, PORTAL));

  test('48: NoSuchUpload at Complete, and somebody else’s object under the key, is no success', async () => {
    const { front, control, store } = rig();
    const fault = control.fault({
      when: STORE_COMPLETE,
      times: Infinity,
      fault: s3Error(404, 'NoSuchUpload'),
    });
    const file = await rig().file(FOUR_PARTS);
    const slow = front.fault({ when: WORKER_COMPLETE, fault: { kind: 'delay', ms: 500 } });
    const uploading = rig().upload(file);
    await slow.begun;
    const [begun] = uploadsBegun(control);
    assert.ok(begun);
    await store.put(begun.key, 'of somebody else');
    const { upload } = await uploading;
    fault.end();
    assert.equal(upload.status, 'failed');
    assert.equal(
      await store.sha256(begun.key),
      createHash('sha256').update('of somebody else').digest('hex'),
      'and it is left alone',
    );
  });

  test('49: Complete answered 409 starts again', async () => {
    const handle = rig().control.fault({
      when: STORE_COMPLETE,
      fault: s3Error(409, 'ConditionalRequestConflict'),
    });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [handle], extraPuts: 4 });
  });

  test('50: cancelled with parts in flight, nothing is left on the store', async () => {
    const { lane, control } = rig();
    const file = await rig().file(FOUR_PARTS);
    const slow = lane.fault({
      when: { method: 'PUT' },
      times: Infinity,
      fault: { kind: 'late', ms: 400 },
    });
    const tab = await started(rig(), file);
    await slow.begun;
    await tab.act('cancel');
    assert.deepEqual(await statuses(tab), ['cancelled']);
    assert.deepEqual(await rig().openUploads(), []);
    assert.equal(uploadsBegun(control).length, 1);
    const puts = lane.traffic.count('PUT');
    while (lane.traffic.inFlight > 0) await new Promise(setImmediate);
    assert.equal(lane.traffic.count('PUT'), puts, 'and nothing more is sent');
  });

  test('51: cancelled while the store completes, page and store agree', async () => {
    const file = await rig().file(FOUR_PARTS);
    const slow = rig().control.fault({ when: STORE_COMPLETE, fault: { kind: 'delay', ms: 500 } });
    const tab = await started(rig(), file);
    await slow.begun;
    await tab.act('cancel');
    const [upload] = await tab.settled();
    const [begun] = uploadsBegun(rig().control);
    const stored = await rig().store.sha256(begun?.key ?? '');
    assert.deepEqual(await rig().openUploads(), []);
    if (upload?.status === 'done') assert.equal(stored, file.sha256);
    else assert.deepEqual([upload?.status, stored], ['cancelled', undefined]);
  });

  test('52: an upload that is complete cannot be aborted, and its object stays', async () => {
    const file = await rig().file(FOUR_PARTS);
    const { tab, upload } = await rig().upload(file);
    const sent = rig().front.traffic.seen.find(({ url }) => url.pathname.endsWith('/complete'));
    assert.ok(sent);
    const response = await call(rig().front.url, `/uploads/${upload.id}`, {
      method: 'DELETE',
      clientId: tab.clientId,
    });
    assert.ok(response.status >= 400, `${response.status}`);
    assert.equal(await rig().store.sha256(upload.key ?? ''), file.sha256);
  });

  /** Half of the parts are on the store when the page goes away. */
  const interrupted = async (file: TestFile, options = {}): Promise<Tab> => {
    const fault = { kind: 'stall' } as const;
    const held = rig().lane.fault({ when: LATER_PARTS, times: Infinity, fault });
    const tab = await started(rig(), file, options);
    await tab.when(({ loaded }) => loaded === 2 * PART_BYTES);
    await tab.leave();
    held.end();
    return tab;
  };
  const putsSince = (index: number): number =>
    rig()
      .lane.traffic.seen.slice(index)
      .filter(({ method }) => method === 'PUT').length;

  test('53: after a reload, the same file goes on with the parts that are missing', async () => {
    const file = await rig().file(FOUR_PARTS);
    const tab = await interrupted(file);
    const before = rig().lane.traffic.seen.length;
    const upload = await again(tab, file);
    assert.equal(upload.resumed, true);
    assert.equal(putsSince(before), 2);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 4 });
  });

  test('54: another file of the same name and size starts anew', async () => {
    const file = await rig().file(FOUR_PARTS);
    const other = await rig().twin(file);
    const tab = await interrupted(file);
    const before = rig().lane.traffic.seen.length;
    const upload = await again(tab, other);
    assert.equal(upload.status, 'done');
    assert.equal(upload.resumed, false);
    assert.equal(putsSince(before), 4);
    assert.equal(await rig().store.sha256(upload.key ?? ''), other.sha256);
  });

  test('55: an upload that the store has thrown away meanwhile starts anew', async () => {
    const file = await rig().file(FOUR_PARTS);
    const tab = await interrupted(file);
    const [begun] = uploadsBegun(rig().control);
    assert.ok(begun);
    await rig().store.forget(begun.key, begun.uploadId);
    const upload = await again(tab, file);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 8 });
  });

  test(
    '56: a list of parts that comes in pages is read to its end',
    { skip: IS_LOCAL_R2 && 'it cannot list parts' },
    async () => {
      const file = await rig().file(FOUR_PARTS);
      const tab = await interrupted(file);
      // Pages of a thousand would take 5 GiB: the first is cut down to one part, as it would look then.
      const fault = rig().control.fault({
        when: { method: 'GET', query: /^(?!.*part-number-marker).*uploadId/ },
        times: Infinity,
        fault: { kind: 'replace-body', contentType: 'application/xml', body: firstPage },
      });
      const before = rig().lane.traffic.seen.length;
      const upload = await again(tab, file);
      assert.equal(putsSince(before), 2);
      fault.end();
      const endedAt = performance.now();
      await assertWhole(rig(), { tab, upload, file, endedAt }, { faults: [fault], extraPuts: 4 });
    },
  );

  test(
    '57: a part that holds other bytes than it should is sent again',
    {
      skip: IS_LOCAL_R2 && 'without ListParts nobody can tell before Complete',
    },
    async () => {
      const file = await rig().file(FOUR_PARTS);
      const tab = await interrupted(file);
      const [begun] = uploadsBegun(rig().control);
      assert.ok(begun);
      await rig().store.replacePart(begun.key, begun.uploadId, 1, new Uint8Array(PART_BYTES));
      const before = rig().lane.traffic.seen.length;
      const upload = await again(tab, file);
      assert.equal(putsSince(before), 3);
      const endedAt = performance.now();
      await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 5 });
    },
  );

  test('53: a part size that was changed meanwhile is for new uploads: this one keeps its own', async () => {
    const file = await rig().file(FOUR_PARTS);
    const tab = await interrupted(file);
    rig().front.fault({
      when: { method: 'GET', path: /\/policy$/ },
      times: Infinity,
      fault: {
        kind: 'replace-body',
        body: (text) =>
          text.replace(/"minPartBytes":\d+/, `"minPartBytes":${PART_BYTES + 2 ** 20}`),
      },
    });
    const before = rig().lane.traffic.seen.length;
    const upload = await again(tab, file);
    assert.equal(upload.resumed, true);
    assert.equal(putsSince(before), 2);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 4 });
  });

  test('58: Complete answered InvalidPart once: what is stored is looked at, and it is completed', () =>
    survives('control', STORE_COMPLETE, s3Error(400, 'InvalidPart'), 4));

  test('59: a tab that comes while the last one is still closing goes on with its upload', async () => {
    const { lane, control } = rig();
    const file = await rig().file(FOUR_PARTS);
    const held = lane.fault({ when: LATER_PARTS, times: Infinity, fault: { kind: 'stall' } });
    const first = await started(rig(), file);
    await first.when(({ loaded }) => loaded === 2 * PART_BYTES);
    const second = await first.beside();
    await second.open();
    await second.pick(file.path);
    await second.add();
    await second.page.waitForFunction(async () => (await navigator.locks.query()).pending?.length, {
      polling: 20,
    });
    await first.page.close({ runBeforeUnload: false });
    held.end();
    const [upload] = await second.settled();
    assert.ok(upload?.resumed);
    assert.equal(uploadsBegun(control).length, 1);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab: second, upload, file, endedAt }, { extraPuts: 2 });
  });

  test('59: two tabs with the same half-sent file: both end whole, and no part is spliced', async () => {
    const file = await rig().file(FOUR_PARTS);
    const first = await interrupted(file);
    const second = await first.beside();
    await Promise.all([first.open(), second.open()]);
    await Promise.all([first.pick(file.path), second.pick(file.path)]);
    await Promise.all([first.add(), second.add()]);
    for (const tab of [first, second]) {
      const [upload] = await tab.settled();
      assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
      assert.equal(await rig().store.sha256(upload.key ?? ''), file.sha256);
    }
    assert.deepEqual(await rig().openUploads(), []);
  });
});

/** What a store says of an upload with more parts than go on one page. */
function firstPage(listed: string): string {
  const parts = listed.match(/<Part>.*?<\/Part>/gs) ?? [];
  const number = /<PartNumber>(\d+)/.exec(parts[0] ?? '')?.[1];
  assert.ok(number && parts.length > 1, listed);
  return listed
    .replace(parts.join(''), parts[0] ?? '')
    .replace(/<IsTruncated>false/, '<IsTruncated>true')
    .replace(/<NextPartNumberMarker>\d+/, `<NextPartNumberMarker>${number}`);
}

async function started(rig: Rig, file: TestFile, options = {}): Promise<Tab> {
  const tab = await rig.tab();
  await tab.open(options);
  await tab.pick(file.path);
  await tab.add();
  return tab;
}

async function statuses(tab: Tab): Promise<string[]> {
  return (await tab.uploads()).map(({ status }) => status);
}

/** Picks the file again on a fresh page, and waits for the end. */
async function again(tab: Tab, file: TestFile): Promise<PlainUpload> {
  await tab.open();
  await tab.pick(file.path);
  await tab.add();
  const [upload] = await tab.settled();
  assert.ok(upload);
  return upload;
}
