/**
 * One upload of ten thousand parts that takes three days: the real engine and the real Worker, by one
 * clock. Everything that can run out does, the Worker is deployed, its secrets change, and a lid is
 * closed.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Uploader } from '../../widget/core/index.ts';
import { jwtSecret } from '../../worker/auth/jwt-secret.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { Credentials } from '../../worker/s3/signing/credentials.ts';
import { createStore } from '../../worker/s3/store.ts';
import { createSigner, createUpkeep, type SignerOptions } from '../../worker/signer.ts';
import { hold } from './counts/clock.ts';
import { when } from './counts/page.ts';
import { RangeFile } from './days/file.ts';
import { becomeSlowPage, closeLid, wallNow } from './days/page.ts';
import { DayStore, HOST } from './days/store.ts';
import { JWT_SECRET, jwtFor, MIB } from './harness.ts';
import { memoryKV } from './memory-kv.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PARTS = 10_000;
const PART_BYTES = 5 * MIB;
const IN_FLIGHT = 6;
/** The line carries all parts in 66 hours; with eight hours of a closed lid it takes three days. */
const BYTES_PER_MS = (PARTS * PART_BYTES) / (66 * HOUR_MS);
/** What the page's app gives as a token: it lives so long, and is given for a little longer. */
const TOKEN_MS = 10 * MINUTE_MS;
const STALE_MS = 20_000;
/** What page and store may keep of each part: range, checksum and ETag, and no signed request. */
const HEAP_BYTES_PER_PART = 1000;

const OLD_SECRET = 'the-first-secret-that-seals-upload-tokens';
const NEW_SECRET = 'another-secret-that-seals-upload-tokens';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Keys of a session; there are new ones each hour, and each are good for seventy minutes. */
function keysOf(hour: number): Credentials {
  return {
    accessKeyId: `KEY${hour}`,
    secretAccessKey: `secret-of-${hour}`,
    sessionToken: `session-of-${hour}`,
    expiresAt: hour * HOUR_MS + 70 * MINUTE_MS,
  };
}

const kv = memoryKV(wallNow);
const log: string[] = [];
const store = new DayStore(wallNow, (id) => keysOf(Number(/\d+/.exec(id)?.[0])));
let deploys = 0;
let app: ReturnType<typeof createSigner>;
let options: SignerOptions;

/** Another version of the Worker: what it had in memory is gone. */
function deploy(...tokenSecrets: [string, ...string[]]): void {
  deploys++;
  options = {
    store: createStore({
      endpoint: `https://${HOST}`,
      bucket: 'uploads',
      region: 'us-east-1',
      style: 'path',
      profile: PROFILES.aws,
      credentials: { get: async () => keysOf(Math.floor(wallNow() / HOUR_MS)) },
      fetch: store.control,
      now: wallNow,
    }),
    kv,
    authenticate: jwtSecret({ secret: JWT_SECRET, leewaySeconds: 0, now: wallNow }),
    tokenSecrets,
    rules: { maxBytes: PARTS * PART_BYTES },
    plan: { minPartBytes: PART_BYTES, maxPartBytes: PART_BYTES },
    log: (line) => void log.push(line),
    now: wallNow,
  };
  app = createSigner(options);
}

/** Tokens as an app gives them that keeps each for a little too long. */
function staleTokens(): () => Promise<string> {
  let token = '';
  let until = 0;
  return async () => {
    if (wallNow() < until) return token;
    const exp = Math.floor((wallNow() + TOKEN_MS) / 1000);
    until = exp * 1000 + STALE_MS;
    return (token = await hold(jwtFor('alice', { exp }), 0));
  };
}

async function upkeep(): Promise<void> {
  const works: Promise<unknown>[] = [];
  await createUpkeep(options)((work) => void works.push(work));
  await Promise.all(works);
}

/** What weak references keep until a job ends, and what finalizers let go of, is gone by the second time. */
async function measure(): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const parts = Math.round((from.uploads[0]?.loaded ?? 0) / PART_BYTES);
  heap.push({ parts, bytes: process.memoryUsage().heapUsed });
}

let from: Uploader;
/** Heap in use when so many parts were stored. */
const heap: { readonly parts: number; readonly bytes: number }[] = [];
const real = { now: Date.now };
let hours = 0;

before(async () => {
  becomeSlowPage({ bytesPerMs: BYTES_PER_MS, partBytes: PART_BYTES }, store, async (request) =>
    app.fetch(request),
  );
  deploy(OLD_SECRET);
  const startedAt = wallNow();
  from = new Uploader({ endpoint: 'https://signer.test', getToken: staleTokens() });
  from.add([new RangeFile(PARTS * PART_BYTES, 'three-days.mov')]);
  const at = (hour: number, act: () => void) => setTimeout(act, hour * HOUR_MS);
  at(15, () => deploy(OLD_SECRET));
  at(25, () => deploy(NEW_SECRET, OLD_SECRET));
  at(36, () => closeLid(8 * HOUR_MS));
  at(52, () => deploy(NEW_SECRET));
  const sweeping = setInterval(() => void upkeep(), HOUR_MS);
  const measuring = setInterval(() => void hold(measure(), 0), 6 * HOUR_MS);
  await when(() => !from.totals.active && from.uploads.length > 0);
  hours = (wallNow() - startedAt) / HOUR_MS;
  clearInterval(sweeping);
  clearInterval(measuring);
});

after(() => {
  from.close();
  Date.now = real.now;
});

it('is done after three days, created once, and begins again never', () => {
  const [upload] = from.uploads;
  assert.equal(upload?.status, 'done', upload?.error?.message);
  assert.ok(hours >= 72 && hours <= 80, `it took ${hours} hours`);
  assert.equal(upload.restarts, 0);
  assert.equal(deploys, 4);
  assert.equal(store.asked.get('POST uploads'), 1);
  assert.equal(store.open, 0, 'nothing is left open');
});

it('is made of its parts, each the range that it should be', () => {
  const object = store.objects.get(from.uploads[0]?.key ?? '');
  assert.equal(object?.parts.length, PARTS);
  object?.parts.forEach(({ start, end }, index) => {
    assert.equal(start, index * PART_BYTES);
    assert.equal(end, start + PART_BYTES);
  });
});

it('sends no part twice without a reason', () => {
  const stored = store.log.filter(({ outcome }) => outcome === 'stored');
  assert.equal(new Set(stored.map(({ number }) => number)).size, PARTS);
  assert.equal(stored.length, PARTS, 'each part is stored once');
  const others = store.log.filter(({ outcome }) => outcome !== 'stored');
  assert.ok(others.length > 0 && others.length <= IN_FLIGHT, `${others.length} were sent in vain`);
  assert.deepEqual(
    new Set(others.map(({ outcome }) => outcome)),
    new Set(['lost']),
    'only the lid costs parts; no signature and no key is used after its end',
  );
});

it('outlives tokens, keys and a secret, all of which ran out meanwhile', () => {
  const refused = log.filter((line) => line.includes('"status":401'));
  assert.ok(refused.length > 0, 'a stale token was given at times');
  assert.ok(store.keyIds.size > 48, `${store.keyIds.size} keys signed parts`);
  assert.deepEqual(options.tokenSecrets, [NEW_SECRET], 'the first secret opens nothing any more');
});

it('keeps the heap flat', (t) => {
  // What is compiled and cached on the way has settled by then.
  const first = heap.find(({ parts }) => parts > 0.4 * PARTS);
  const last = heap.findLast(({ parts }) => parts < PARTS);
  assert.ok(first && last && last.parts - first.parts > 0.4 * PARTS, JSON.stringify(heap));
  const perPart = (last.bytes - first.bytes) / (last.parts - first.parts);
  t.diagnostic(heap.map(({ parts, bytes }) => `${parts}: ${(bytes / MIB).toFixed(1)}`).join(', '));
  assert.ok(perPart <= HEAP_BYTES_PER_PART, `${perPart} bytes for each part`);
});
