/**
 * Statuses that something in between gives in its own name, over place (page and Worker, page and
 * store, Worker and store) and moment; in place of the request, and in place of the answer to one that
 * had arrived. Each upload ends whole, and one request more is all that a status costs.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { call, create, newId } from './api.ts';
import { BOX_STATUSES, boxAnswer } from './answers.ts';
import { bytesOf } from './cuts.ts';
import type { Cut } from './page.ts';
import type { Proxy } from './proxy.ts';
import { PART_BYTES, uploadsBegun, type Rig, type TestFile } from './rig.ts';
import type { Matcher, RequestFacts } from './rules.ts';
import { withRig } from './suite.ts';
import type { Tab } from './tab.ts';
import { IS_LOCAL_R2 } from './worker.ts';

type Way = 'front' | 'lane' | 'control';

interface Moment {
  readonly way: Way;
  readonly when: Matcher;
  /** The request comes after those that this one names, of the same object. */
  readonly after?: Matcher;
  /** Files share the request, so that they have to be uploaded one after another. */
  readonly isShared?: boolean;
  /** A request that has arrived cannot be told from another one: see `every-request.test.ts`. */
  readonly isUnrepeatable?: boolean;
  /** Without a body, only headers can say that it is not the store's. */
  readonly contentTypes?: readonly string[];
}

const STORE_COMPLETE: Matcher = { method: 'POST', query: /uploadId=/ };

const MOMENTS: Readonly<Record<string, Moment>> = {
  'to Create': { way: 'front', when: { method: 'POST', path: /\/uploads$/ }, isShared: true },
  'to a signing call': { way: 'front', when: { method: 'POST', path: /\/sign$/ } },
  'to Complete': { way: 'front', when: { method: 'POST', path: /\/complete$/ } },
  'to a part': { way: 'lane', when: { method: 'PUT', part: 2 } },
  'to the store’s Create': {
    way: 'control',
    when: { method: 'POST', query: /^\?uploads/ },
    isUnrepeatable: true,
  },
  ...(IS_LOCAL_R2
    ? {}
    : { 'to ListParts': { way: 'control', when: { method: 'GET', query: /uploadId=/ } } }),
  'to the store’s Complete': { way: 'control', when: STORE_COMPLETE },
  'to HEAD after Complete': {
    way: 'control',
    when: { method: 'HEAD' },
    after: STORE_COMPLETE,
    contentTypes: ['text/html', 'text/plain', ''],
  },
};

const BYTES = PART_BYTES + 1000;
const PARTS = 2;

withRig('an answer of something in between', (rig) => {
  for (const [name, moment] of Object.entries(MOMENTS)) {
    for (const done of moment.isUnrepeatable ? [false] : [false, true]) {
      for (const contentType of moment.contentTypes ?? ['text/html']) {
        const details = [contentType, done && 'to a request that had arrived'].filter(Boolean);
        test(`${name} (${details.join(', ')}) costs no upload, and at most one PUT`, async () => {
          const more = { done, headers: contentType ? { 'content-type': contentType } : {} };
          if (moment.isShared) await oneByOne(rig(), moment, more);
          else await sideBySide(rig(), moment, more);
        });
      }
    }
  }

  for (const done of [false, true]) {
    test(`to the store’s Abort${done ? ', which had arrived,' : ''} leaves nothing open`, async () => {
      const { front, control } = rig();
      const clientId = newId();
      for (const status of BOX_STATUSES) {
        const checksums = [Buffer.alloc(IS_LOCAL_R2 ? 16 : 8).toString('base64')];
        const file = { id: newId(), name: 'a.bin', bytes: BYTES, type: '', checksums };
        const { id, token } = await create(front.url, file, clientId);
        const when = { method: 'DELETE', query: /uploadId=/ };
        const fault = control.fault({ when, fault: boxAnswer(status, { done }) });
        const options = { method: 'DELETE', token, clientId };
        const answer = await call(front.url, `/uploads/${id}`, options);
        assert.equal(answer.status, 204, `${status}: ${await answer.text()}`);
        assert.equal(fault.hits, 1, `${status} was met`);
      }
      assert.equal(uploadsBegun(control).length, BOX_STATUSES.length);
      assert.deepEqual(await rig().openUploads(), []);
    });
  }
});

type More = Parameters<typeof boxAnswer>[1];

const CUTS: readonly Cut[] = BOX_STATUSES.map((status, start) => ({
  name: `${status}.bin`,
  start,
  end: start + BYTES,
}));

/** Each status meets the first such request of a file that has met none yet. */
async function sideBySide(rig: Rig, { way, when, after }: Moment, more: More): Promise<void> {
  const met = new Set<string>();
  const isFirst = ({ url: { pathname } }: RequestFacts): boolean => {
    if (met.has(pathname) || (after && !hasSeen(rig[way], after, pathname))) return false;
    met.add(pathname);
    return true;
  };
  const handles = BOX_STATUSES.map((status) =>
    rig[way].fault({ when: { ...when, where: isFirst }, fault: boxAnswer(status, more) }),
  );
  const { tab, source } = await opened(rig);
  await tab.cut(CUTS);
  await tab.add();
  await tab.settled();
  for (const [index, { hits }] of handles.entries()) {
    assert.equal(hits, 1, `${BOX_STATUSES[index]} was met`);
  }
  await assertAllWhole(rig, tab, source);
}

/** The same for a request that files share. */
async function oneByOne(rig: Rig, { way, when }: Moment, more: More): Promise<void> {
  const { tab, source } = await opened(rig);
  for (const [index, status] of BOX_STATUSES.entries()) {
    const handle = rig[way].fault({ when, fault: boxAnswer(status, more) });
    await tab.cut(CUTS.slice(index, index + 1));
    await tab.add();
    await tab.settled();
    assert.equal(handle.hits, 1, `${status} was met`);
  }
  await assertAllWhole(rig, tab, source);
}

function hasSeen({ traffic }: Proxy, { method, query }: Matcher, path: string): boolean {
  return traffic.seen.some(
    ({ url, ...seen }) =>
      seen.method === method && url.pathname === path && query?.test(url.search) === true,
  );
}

async function opened(rig: Rig): Promise<{ readonly tab: Tab; readonly source: TestFile }> {
  const source = await rig.file(BYTES + BOX_STATUSES.length, 'boxes');
  const tab = await rig.tab();
  // Only as many parts are signed with Create as may be in flight.
  await tab.open({ concurrency: 1 });
  await tab.pick(source.path);
  return { tab, source };
}

async function assertAllWhole(rig: Rig, tab: Tab, source: TestFile): Promise<void> {
  const uploads = await tab.uploads();
  const puts = new Map<string, number>();
  for (const { method, url } of rig.lane.traffic.seen) {
    const uploadId = url.searchParams.get('uploadId') ?? '';
    if (method === 'PUT') puts.set(uploadId, (puts.get(uploadId) ?? 0) + 1);
  }
  assert.equal(puts.size, CUTS.length, 'no upload has begun again');
  for (const sent of puts.values()) assert.ok(sent <= PARTS + 1, `${sent} PUTs of one upload`);
  for (const cut of CUTS) {
    const upload = uploads.find(({ name }) => name === cut.name);
    assert.equal(upload?.status, 'done', `${cut.name}: ${JSON.stringify(upload?.error)}`);
    assert.equal(upload.restarts, 0, cut.name);
    const bytes = await bytesOf(source, cut);
    const expected = createHash('sha256').update(bytes).digest('hex');
    assert.equal(await rig.store.sha256(upload.key ?? ''), expected, cut.name);
  }
  assert.deepEqual(await tab.violations(), []);
  assert.deepEqual(await rig.openUploads(), [], 'no upload is left open');
}
