/** Section G of the numbered cases: what the browser and its user do. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { s3Error } from './answers.ts';
import type { PlainUpload } from './page.ts';
import { STRICT_PAGE } from './pages.ts';
import { assertWhole, FOUR_PARTS, PART_BYTES, STALL_MS, type Rig, type TestFile } from './rig.ts';
import type { FaultHandle } from './rules.ts';
import { withRig } from './suite.ts';
import type { Tab, TabOptions } from './tab.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PUT = { method: 'PUT' } as const;
const UNREADABLE = /^file_(changed|unreadable)$/;

withRig('G: browser', (rig, browser) => {
  /** Waits for the end, and for a whole file of which no stored part was sent again. */
  const ends = async (tab: Tab, file: TestFile): Promise<PlainUpload> => {
    const [upload] = await tab.settled();
    assert.ok(upload);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 2 });
    return upload;
  };

  for (const [what, spoil] of [
    ['cut short', (path: string) => writeFile(path, 'something else')],
    ['written anew', (path: string) => writeFile(path, randomBytes(9 * PART_BYTES))],
    ['deleted', (path: string) => rm(path)],
  ] as const) {
    test(`90: a file ${what} while it is sent ends with that reason, and not in endless tries`, async () => {
      const file = await copyOf(rig(), await rig().file(9 * PART_BYTES), what);
      const { lane } = rig();
      const held = lane.fault({
        when: { ...PUT, where: ({ partNumber = 0 }) => partNumber > 2 },
        times: Infinity,
        fault: { kind: 'stall' },
      });
      const tab = await started(rig(), file);
      await tab.when(({ loaded }) => loaded === 2 * PART_BYTES);
      await spoil(file.path);
      held.end();
      await lane.down();
      await lane.up();
      const [upload] = await tab.settled();
      assert.equal(upload?.status, 'failed');
      assert.match(upload.error?.code ?? '', UNREADABLE);
      assert.match(upload.error?.message ?? '', new RegExp(upload.name));
      assert.ok(rig().lane.traffic.count('PUT') <= 24);
    });
  }

  for (const [what, spoil] of [
    ['is gone', (path: string) => rm(path)],
    // What root may read, too, and still cannot.
    ['has become a folder', (path: string) => rm(path).then(() => mkdir(path))],
  ] as const) {
    test(`91: a file that ${what} before it is read ends with that reason`, async () => {
      const file = await copyOf(rig(), await rig().file(FOUR_PARTS), what.replaceAll(' ', '-'));
      const tab = await rig().tab();
      await tab.open();
      await tab.pick(file.path);
      await spoil(file.path);
      await tab.add();
      const [upload] = await tab.settled();
      assert.equal(upload?.status, 'failed');
      assert.match(upload.error?.code ?? '', UNREADABLE);
      assert.equal(rig().lane.traffic.count('PUT'), 0);
    });
  }

  test('92: an engine that is closed stops its requests, and what it sent can be gone on with', async () => {
    const { lane, front } = rig();
    const file = await rig().file(FOUR_PARTS);
    const { tab, held } = await halfSent(rig(), file);
    await tab.act('close');
    held.end();
    while (lane.traffic.inFlight > 0) await new Promise(setImmediate);
    const sent = lane.traffic.seen.length + front.traffic.seen.length;
    await tab.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    assert.equal(lane.traffic.seen.length + front.traffic.seen.length, sent, 'silence');
    await tab.start();
    await tab.add();
    const upload = await ends(tab, file);
    assert.equal(upload.resumed, true);
  });

  test('93: the same file added twice is one upload', async () => {
    const file = await rig().file(FOUR_PARTS);
    const tab = await rig().tab();
    await tab.open();
    await tab.pick(file.path);
    assert.deepEqual(await tab.add(), { added: 1, rejected: [] });
    assert.deepEqual(await tab.add(), { added: 0, rejected: ['duplicate'] });
    const [upload] = await tab.settled();
    assert.ok(upload);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 0 });
  });

  test('94: pause and resume a hundred times', async () => {
    const file = await rig().file(FOUR_PARTS);
    const rounds = 100;
    const tab = await rig().tab();
    await tab.open();
    const answered = await tab.answeredPuts();
    await tab.pick(file.path);
    await tab.add();
    for (let round = 0; round < rounds; round += 1) {
      await tab.act('pause');
      await tab.act('resume');
    }
    const [upload] = await tab.settled();
    assert.ok(upload);
    const endedAt = performance.now();
    // A pause may break off all that is in flight; what was answered before it is never sent again.
    const extraPuts = rounds * (FOUR_PARTS / PART_BYTES);
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts });
    assert.deepEqual(await answered(), [1, 2, 3, 4]);
  });

  for (const state of ['queued', 'hashing', 'uploading', 'paused', 'waiting', 'failed'] as const) {
    test(`94: cancelled while ${state}, nothing stays open and nothing is unhandled`, async () => {
      const { lane, front } = rig();
      const file = await rig().file(FOUR_PARTS);
      const options: TabOptions = {
        ...(state === 'queued' && { auto: false }),
        ...(state === 'failed' && { patienceMs: 100 }),
      };
      if (state === 'hashing') {
        front.fault({
          when: { method: 'POST', path: /uploads$/ },
          fault: { kind: 'delay', ms: 700 },
        });
      } else if (state === 'waiting' || state === 'failed') {
        lane.fault({ when: PUT, times: Infinity, fault: s3Error(503, 'ServiceUnavailable') });
      } else {
        lane.fault({ when: PUT, times: Infinity, fault: { kind: 'late', ms: 700 } });
      }
      const tab = await started(rig(), file, options);
      if (state === 'paused') {
        await tab.when(({ status }) => status === 'uploading');
        await tab.act('pause');
      }
      await tab.when(({ status }) => status === state);
      await tab.act('cancel');
      assert.equal((await tab.uploads())[0]?.status, 'cancelled');
      assert.deepEqual(await rig().openUploads(), []);
      assert.deepEqual(await tab.violations(), []);
    });
  }

  test(
    '95: a tab whose timers sleep longer than a stall takes is not stalled',
    { skip: browser === 'firefox' && 'only Chromium can be put to sleep from outside' },
    async () => {
      const file = await rig().file(FOUR_PARTS);
      const slow = rig().lane.fault({
        when: { ...PUT, part: 2 },
        fault: { kind: 'late', ms: 2000 },
      });
      const tab = await started(rig(), file, { stallMs: 3000 });
      await slow.begun;
      const session = await tab.page.createCDPSession();
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await new Promise((resolve) => setTimeout(resolve, 4500));
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      const [upload] = await tab.settled();
      assert.ok(upload);
      const endedAt = performance.now();
      await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 0 });
    },
  );

  test('96: a tab that dies without a word has left behind what it takes to go on', async () => {
    const file = await rig().file(FOUR_PARTS);
    const { tab: first, held } = await halfSent(rig(), file);
    const second = await first.beside();
    if (browser === 'chromium') {
      const session = await first.page.createCDPSession();
      const died = new Promise((resolve) => first.page.once('error', resolve));
      // It never answers.
      session.send('Page.crash').catch(() => undefined);
      await died;
    } else await first.page.close({ runBeforeUnload: false });
    held.end();
    await second.open();
    await second.pick(file.path);
    await second.add();
    const upload = await ends(second, file);
    assert.equal(upload.resumed, true);
  });

  test('96: away and back by the browser’s own buttons, it goes on', async () => {
    const file = await rig().file(FOUR_PARTS);
    const { tab, held } = await halfSent(rig(), file);
    await tab.leave();
    held.end();
    await tab.page.goBack();
    // From its cache the browser brings the page back as it was; else it is opened anew.
    if (!(await tab.isStarted())) {
      await tab.start();
      await tab.pick(file.path);
      await tab.add();
    }
    await ends(tab, file);
  });

  for (const what of ['missing', 'refused'] as const) {
    test(`97: with IndexedDB ${what}, everything but resuming works`, async () => {
      const file = await rig().file(FOUR_PARTS);
      const tab = await rig().tab();
      await tab.page.evaluateOnNewDocument((what) => {
        const value =
          what === 'missing'
            ? undefined
            : {
                open: () => {
                  throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
                },
              };
        Object.defineProperty(globalThis, 'indexedDB', { value, configurable: true });
      }, what);
      await tab.open();
      await tab.pick(file.path);
      await tab.add();
      const [upload] = await tab.settled();
      assert.ok(upload);
      const endedAt = performance.now();
      await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 0 });
    });
  }

  test('100: an answer of ten megabytes and a bomb of entities cost nothing', async () => {
    const bomb = `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Error><Code>&b;</Code><Message><img src=x onerror=alert(1)>${'x'.repeat(10 * MIB)}</Message></Error>`;
    const fault = rig().lane.fault({
      when: { ...PUT, part: 2 },
      fault: { kind: 'answer', status: 503, headers: { 'content-type': 'text/html' }, body: bomb },
    });
    const uploaded = await rig().upload(await rig().file(FOUR_PARTS));
    await assertWhole(rig(), uploaded, { faults: [fault] });
  });

  test('100: a signed URL that is none is never opened', async () => {
    const turned: string[] = [];
    rig().front.fault({
      when: { method: 'POST', path: /\/(uploads|sign)$/ },
      times: Infinity,
      fault: {
        kind: 'replace-body',
        body: (text) => {
          turned.push(text.replaceAll('"url":"http:', '"url":"javascript:alert(1)//'));
          return turned.at(-1) ?? '';
        },
      },
    });
    const { tab, upload } = await rig().upload(await rig().file(FOUR_PARTS), { patienceMs: 2000 });
    assert.match(turned[0] ?? '', /"url":"javascript:/);
    assert.equal(upload.status, 'failed');
    assert.deepEqual(await tab.violations(), []);
    assert.equal(rig().lane.traffic.seen.length, 0);
  });

  test('101: everything works under a strict CSP with Trusted Types', async () => {
    const file = await rig().file(FOUR_PARTS);
    const tab = await rig().tab();
    await tab.open({}, STRICT_PAGE);
    await tab.pick(file.path);
    await tab.add();
    const [upload] = await tab.settled();
    assert.ok(upload);
    const endedAt = performance.now();
    await assertWhole(rig(), { tab, upload, file, endedAt }, { extraPuts: 0 });
  });

  test('102: many files of three parts each: never more in flight than allowed', async () => {
    const file = await rig().file(11 * MIB);
    const tab = await rig().tab();
    await tab.open();
    await tab.pick(file.path);
    const count = 20;
    await tab.cut(
      Array.from({ length: count }, (_, index) => ({
        name: `${index}.bin`,
        start: index,
        end: file.bytes,
      })),
    );
    await tab.add();
    const uploads = await tab.settled();
    assert.equal(uploads.filter(({ status }) => status === 'done').length, count);
    assert.ok(rig().lane.traffic.peakInFlight <= 6, `${rig().lane.traffic.peakInFlight}`);
    assert.equal(rig().lane.traffic.extraPuts, 0);
    assert.deepEqual(await tab.violations(), []);
    assert.deepEqual(await rig().openUploads(), []);
  });

  test('102: a small file does not wait for the large one before it', async () => {
    const file = await rig().file(24 * PART_BYTES);
    const slow = rig().lane.fault({
      when: { ...PUT, where: ({ partNumber }) => partNumber !== undefined },
      times: Infinity,
      fault: { kind: 'late', ms: 500 },
    });
    const tab = await started(rig(), file);
    await tab.when(({ loaded }) => loaded > 0);
    await tab.cut([{ name: 'small.bin', start: 0, end: 100 * KIB }]);
    await tab.add();
    await tab.when(({ name, status }) => name === 'small.bin' && status === 'done');
    const [large] = await tab.uploads();
    assert.equal(large?.status, 'uploading');
    slow.end();
    const uploads = await tab.settled();
    assert.ok(uploads.every(({ status }) => status === 'done'));
  });
});

withRig(
  'G: browser, of named users',
  (rig) => {
    test('98: what another user of this browser has begun is left alone', async () => {
      const file = await rig().file(FOUR_PARTS);
      const { tab: first, held } = await halfSent(rig(), file);
      const [begun] = await first.uploads();
      await first.leave();
      held.end();
      const other = await first.beside('another-user');
      await other.open();
      await other.pick(file.path);
      await other.add();
      const [upload] = await other.settled();
      assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
      assert.notEqual(upload.id, begun?.id);
      assert.equal(upload.resumed, false);
      assert.equal(await rig().store.sha256(upload.key ?? ''), file.sha256);
      assert.deepEqual(await rig().openUploads(), [begun?.key], 'it is still there');

      const again = await first.beside();
      await again.open();
      await again.pick(file.path);
      await again.add();
      const [resumed] = await again.settled();
      assert.equal(resumed?.status, 'done', JSON.stringify(resumed?.error));
      assert.equal(resumed.id, begun?.id, 'and its own user goes on with it');
      assert.equal(resumed.resumed, true);
    });
  },
  { AUTH: 'jwt', JWT_SECRET: 'for-tests-only-and-not-the-other-one' },
);

/** Two parts of four are stored, and the others under way. */
async function halfSent(rig: Rig, file: TestFile): Promise<{ tab: Tab; held: FaultHandle }> {
  const held = rig.lane.fault({
    when: { ...PUT, where: ({ partNumber = 0 }) => partNumber > 2 },
    times: Infinity,
    fault: { kind: 'stall' },
  });
  const tab = await started(rig, file, { stallMs: STALL_MS });
  await tab.when(({ loaded }) => loaded === 2 * PART_BYTES);
  return { tab, held };
}

async function copyOf(rig: Rig, file: TestFile, name: string): Promise<TestFile> {
  const { path } = await rig.file(1, name);
  await copyFile(file.path, path);
  return { ...file, path };
}

async function started(rig: Rig, file: TestFile, options: TabOptions = {}): Promise<Tab> {
  const tab = await rig.tab();
  await tab.open(options);
  await tab.pick(file.path);
  await tab.add();
  return tab;
}
