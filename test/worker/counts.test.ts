/**
 * What uploads cost: requests to the Worker and writes to KV, of which Workers Free has a hundred
 * thousand and a thousand a day. The real engine, the real Worker in workerd, a line of a given
 * speed, and a clock that runs faster than the world's.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Uploader } from '../../widget/core/index.ts';
import {
  askedBeforeSending,
  becomePage,
  SparseFile,
  when,
  type PageOptions,
} from './counts/page.ts';
import { pageNow } from './counts/clock.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { jwtFor, MIB, startLab, type Lab } from './harness.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';

const GIB = 1024 * MIB;
const MB = 1e6;

let sink: Sink;
let lab: Lab;
let endpoint: string;
let bearer: string;

before(async () => {
  // Its forms are strict, and bound to a file's SHA-256.
  sink = await startSink(PROFILES.aws);
  lab = await startLab(sink.running, {
    MAX_BYTES: '100GiB',
    // As they are without a word.
    SINGLE_MAX_BYTES: '',
    MIN_PART_BYTES: '',
  });
  endpoint = new URL('/', (await lab.fetch('/health')).url).href;
  bearer = await jwtFor('alice');
  await lab.seen();
});

after(async () => {
  await lab.stop();
  sink.stop();
});

function uploader(options: PageOptions): Uploader {
  becomePage(options, sink);
  return new Uploader({ endpoint, getToken: () => bearer });
}

/** Requests to the Worker, and writes to KV, since this was last asked. */
async function spent(): Promise<{ requests: string[]; writes: number }> {
  const { log, kv } = await lab.seen();
  const lines = log.map((line) => JSON.parse(line) as { event: string; action: string });
  const requests = lines.filter(({ event }) => event === 'request').map(({ action }) => action);
  return { requests, writes: kv.filter((line) => /^(put|delete)/.test(line)).length };
}

const isOver = (from: Uploader) => () =>
  from.uploads.every(({ status }) => status === 'done' || status === 'failed');

function assertDone(from: Uploader): void {
  for (const { status, error } of from.uploads) {
    assert.equal(status, 'done', error?.message);
  }
}

for (const rate of [50, 250]) {
  it(`10 GiB at ${rate} MB/s: at most 6 requests and 2 writes`, async (t) => {
    const from = uploader({ bytesPerSecond: rate * MB, speed: 40 });
    from.add([new SparseFile(10 * GIB, `large-${rate}.mp4`)]);
    await when(isOver(from));
    from.close();
    assertDone(from);
    const { requests, writes } = await spent();
    assert.ok(requests.length <= 6, requests.join('\n'));
    assert.ok(writes <= 2, `${writes} writes`);
    t.diagnostic(`${requests.length} requests, ${writes} writes`);
    const [upload] = from.uploads;
    assert.equal(sink.objects.get(upload?.key ?? '')?.bytes, 10 * GIB);
  });
}

it('300 files of 20 kB: at most 12 requests, and a write at the begin and the end of each', async (t) => {
  const from = uploader({ bytesPerSecond: 50 * MB, speed: 4 });
  from.add(Array.from({ length: 300 }, (_, index) => new SparseFile(20_000, `${index}.mp4`)));
  await when(isOver(from));
  from.close();
  assertDone(from);
  const { requests, writes } = await spent();
  assert.ok(requests.length <= 12, requests.join('\n'));
  assert.ok(writes <= 600, `${writes} writes`);
  t.diagnostic(`${requests.length} requests, ${writes} writes`);
});

for (const name of ['r2', 'swift'] as const) {
  it(`300 files of 20 kB, each of one part (${name}): at most 36 requests and 600 writes`, async (t) => {
    const forms = { sink, lab, endpoint };
    sink = await startSink(PROFILES[name]);
    lab = await startLab(sink.running, { SINGLE_MAX_BYTES: '', MIN_PART_BYTES: '' });
    endpoint = new URL('/', (await lab.fetch('/health')).url).href;
    await lab.seen();
    try {
      const from = uploader({ bytesPerSecond: 50 * MB, speed: 4 });
      from.add(Array.from({ length: 300 }, (_, index) => new SparseFile(20_000, `${index}.mp4`)));
      await when(isOver(from));
      from.close();
      assertDone(from);
      const { requests, writes } = await spent();
      assert.ok(requests.length <= 36, requests.join('\n'));
      assert.ok(writes <= 600, `${writes} writes`);
      assert.equal(sink.objects.size, 300);
      const each = sink.asked.length / 300;
      // Create, Complete and HEAD; a HEAD before where Complete replaces; a list for each batch.
      assert.ok(each <= (sink.running.config.profile.conditionalComplete ? 3.2 : 4.2), `${each}`);
      t.diagnostic(
        `${requests.length} requests, ${writes} writes; of the store ${each.toFixed(2)} for each file`,
      );
    } finally {
      await lab.stop();
      sink.stop();
      ({ sink, lab, endpoint } = forms);
    }
  });
}

it('a resume: at most 3 requests and no write until parts are on their way again', async (t) => {
  const file = new SparseFile(10 * GIB, 'resumed.mp4');
  const options = { bytesPerSecond: 50 * MB, speed: 40 };
  const first = uploader(options);
  first.add([file]);
  await when(() => first.totals.loaded > 5 * GIB);
  first.close();
  await spent();

  let second: Uploader | undefined;
  const asked = await askedBeforeSending(() => {
    second = uploader(options);
    second.add([file]);
  });
  assert.ok(second);
  assert.ok(asked.length <= 3, asked.join('\n'));
  const { writes } = await spent();
  assert.equal(writes, 0);
  t.diagnostic(asked.join(', '));
  const back = second;
  await when(() => back.totals.loaded > 0);
  assert.ok(back.totals.loaded > 4 * GIB, `${back.totals.loaded} bytes are there`);
  await when(isOver(second));
  second.close();
  assertDone(second);
  const rest = await spent();
  assert.ok(rest.requests.length <= 5, `and then ${rest.requests.join('\n')}`);
  assert.ok(rest.writes <= 1);
});

for (const [rate, bytes] of [
  [1, 1 * GIB],
  [5, 4 * GIB],
] as const) {
  it(`on a line of ${rate} MB/s: one request a minute, and none more for each part`, async (t) => {
    const from = uploader({ bytesPerSecond: rate * MB, speed: 200 });
    const began = pageNow();
    from.add([new SparseFile(bytes, `slow-${rate}.mp4`)]);
    await when(isOver(from));
    const minutes = (pageNow() - began) / 60_000;
    from.close();
    assertDone(from);
    const { requests } = await spent();
    const signs = requests.filter((action) => action.endsWith('/sign'));
    assert.ok(minutes > 10, `it took ${minutes} minutes`);
    assert.ok(signs.length <= minutes, `${signs.length} in ${minutes} minutes`);
    t.diagnostic(`${signs.length} signing requests in ${Math.round(minutes)} minutes`);
  });
}

it('1 GiB that takes 30 hours: one Create, each part once, a write an hour', async (t) => {
  const sent: string[] = [];
  const counting: Sink = {
    ...sink,
    take(method, url, ...rest) {
      sent.push(new URL(url).searchParams.get('partNumber') ?? '');
      return sink.take(method, url, ...rest);
    },
  };
  becomePage({ bytesPerSecond: 10_000, speed: 20_000 }, counting);
  const from = new Uploader({ endpoint, getToken: () => bearer });
  const began = pageNow();
  // The Worker's clock goes with the page's.
  const hands = setInterval(() => void lab.bend({ clockMs: pageNow() - began }), 600_000);
  from.add([new SparseFile(GIB, 'thirty-hours.mp4')]);
  await when(isOver(from));
  const hours = (pageNow() - began) / 3_600_000;
  clearInterval(hands);
  from.close();
  await lab.bend({});
  assertDone(from);
  const { requests, writes } = await spent();
  const creates = requests.filter((action) => action === 'POST /uploads');
  assert.ok(hours > 29, `it took ${hours} hours`);
  assert.equal(creates.length, 1, requests.join('\n'));
  assert.equal(from.uploads[0]?.restarts, 0);
  assert.equal(new Set(sent).size, sent.length, `${sent.length} parts were sent`);
  assert.ok(writes <= hours + 2, `${writes} writes`);
  t.diagnostic(`${requests.length} requests, ${writes} writes in ${Math.round(hours)} hours`);
});

describe('a quota', () => {
  for (const ownerLimits of [true, false]) {
    const by = ownerLimits ? 'with' : 'without';
    it(`costs 300 small files at most a second write each, ${by} the Durable Object`, async (t) => {
      const limited = await startLab(
        sink.running,
        { SINGLE_MAX_BYTES: '', MIN_PART_BYTES: '', MAX_TOTAL_BYTES: '10GB' },
        { ownerLimits },
      );
      try {
        await limited.seen();
        becomePage({ bytesPerSecond: 50 * MB, speed: 4 }, sink);
        const from = new Uploader({
          endpoint: new URL('/', (await limited.fetch('/health')).url).href,
          getToken: () => bearer,
        });
        from.add(Array.from({ length: 300 }, (_, index) => new SparseFile(20_000, `${index}.mp4`)));
        await when(isOver(from));
        from.close();
        assertDone(from);
        const { log, kv } = await limited.seen();
        const requests = log.filter((line) => line.includes('"event":"request"')).length;
        const count = (what: string) => kv.filter((line) => line.startsWith(what)).length;
        assert.ok(requests <= 13, `${requests} requests`);
        assert.ok(count('put') <= 600, `${count('put')} writes`);
        // One for each request that creates or completes; with the object, one for ever.
        assert.ok(count('list') <= (ownerLimits ? 4 : 12), `${count('list')} lists`);
        t.diagnostic(
          `${requests} requests, ${count('put')} writes, ${count('list')} lists, ${count('get')} reads`,
        );
      } finally {
        await limited.stop();
      }
    });
  }
});
