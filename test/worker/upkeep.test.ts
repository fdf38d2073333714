/**
 * What the cron trigger does while one tenant makes as much work as it can: in Node, with a KV in
 * memory that pages as the real one does, a store that only counts, and counted operations.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLedger, type KV } from '../../worker/ledger/ledger.ts';
import { keyOf, ownerHash } from '../../worker/ledger/record.ts';
import { createLog } from '../../worker/util/log.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { Store } from '../../worker/s3/store.ts';
import { createUpkeep, type SignerOptions } from '../../worker/signer.ts';
import type { Upload } from '../../worker/upload/upload.ts';
import { memoryKV, type MemoryKV } from './memory-kv.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const LONG_NAME = 'n'.repeat(1000);
/** Of one invocation on Workers Free: https://developers.cloudflare.com/workers/platform/limits/ */
const FREE_REQUESTS = 50;
const FREE_OPERATIONS = 1000;

let clock: number;
let kv: MemoryKV;
let requests: number;
let log: string[];

beforeEach(() => {
  clock = Date.now();
  kv = memoryKV(() => clock);
  requests = 0;
  log = [];
});

/** A store that answers at once, and has nothing. */
function countingStore(): Store {
  const request = <T>(answer: T) => {
    requests++;
    return Promise.resolve(answer);
  };
  const store: Partial<Store> = {
    bucket: 'uploads',
    profile: PROFILES['r2-local'],
    abortMultipart: () => request(undefined),
    head: () => request(undefined),
    remove: () => request(undefined),
  };
  return store as Store;
}

function options(more: Partial<SignerOptions> = {}): SignerOptions {
  return {
    store: countingStore(),
    kv,
    authenticate: () => ({ owner: 'alice' }),
    tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
    now: () => clock,
    log: (line) => void log.push(line),
    ...more,
  };
}

async function round(more: Partial<SignerOptions> = {}): Promise<number> {
  kv.operations.length = 0;
  requests = 0;
  const works: Promise<unknown>[] = [];
  await createUpkeep(options(more))((work) => void works.push(work));
  await Promise.all(works);
  const lines = log.map((line) => JSON.parse(line) as { event: string; expired?: number });
  return lines.findLast(({ event }) => event === 'sweep')?.expired ?? 0;
}

/** Expired for 40 seconds, or open for another day. */
function uploadOf(owner: string, name = 'a.bin', isLive = false): Upload {
  const id = randomUUID();
  const createdAt = Math.floor(clock / 1000) - 100;
  return {
    v: 1,
    id,
    owner,
    key: `${owner}/${id}/${name}`,
    name,
    type: 'application/octet-stream',
    bytes: 100_000_000,
    checksum: null,
    mark: randomUUID(),
    createdAt,
    expiresAt: createdAt + (isLive ? 86_400 : 60),
    urlSeconds: 60,
    multipart: { uploadId: 'x', partBytes: 8_000_000 },
  };
}

async function begin(
  owner: string,
  count: number,
  name?: string,
  isLive?: boolean,
): Promise<Upload[]> {
  const quiet = { log: createLog(() => undefined), now: () => clock, keepSeconds: null };
  const ledger = createLedger(kv, quiet);
  const uploads = Array.from({ length: count }, () => uploadOf(owner, name, isLive));
  for (const upload of uploads) await ledger.put({ state: 'open', upload }, () => undefined);
  return uploads;
}

async function isExpired({ owner, id }: Upload): Promise<boolean> {
  const value = kv.entries.get(keyOf(await ownerHash(owner), id));
  return value !== undefined && (JSON.parse(value) as { state: string }).state === 'expired';
}

describe('1,200 open uploads with names of 1,000 characters', () => {
  const withinFree = () => {
    assert.ok(kv.operations.length < FREE_OPERATIONS / 5, `${kv.operations.length} operations`);
    assert.ok(requests <= FREE_REQUESTS, `${requests} requests`);
    const lists = kv.operations.filter((line) => line.startsWith('list')).length;
    assert.ok(lists * 96 <= FREE_OPERATIONS, `${lists} lists in each of a day’s rounds`);
  };

  it('leave each round within what Workers Free allows, and let it do its work', async () => {
    await begin('mallory', 1200, LONG_NAME, true);
    await begin('mallory', 25, LONG_NAME);
    let expired = 0;
    for (let rounds = 0; rounds < 5; rounds++) {
      expired += await round();
      withinFree();
    }
    assert.ok(expired >= 20, `${expired} in five rounds`);
  });

  it('that an earlier version wrote, without metadata, do so as well', async () => {
    const uploads = await begin('mallory', 1200, LONG_NAME, true);
    for (const upload of uploads) {
      const key = keyOf(await ownerHash(upload.owner), upload.id);
      await kv.put(key, JSON.stringify({ state: 'open', upload }), { metadata: {} });
    }
    const [hers] = await begin('alice', 1);
    assert.ok(hers);
    for (let rounds = 0; rounds < 3; rounds++) {
      await round();
      withinFree();
    }
    assert.ok(await isExpired(hers));
  });

  it('do not keep other owners’ uploads from being removed in the next round', async () => {
    await begin('mallory', 900, LONG_NAME);
    const others = [...(await begin('alice', 1)), ...(await begin('bob', 2))];
    await round();
    for (const upload of others) assert.ok(await isExpired(upload), upload.owner);
  });
});

describe('a round that is cut off', () => {
  it('has said before where the next one goes on', async () => {
    await begin('mallory', 3000, LONG_NAME);
    const cut: KV = {
      ...kv,
      get: (key) =>
        key.startsWith('u:') ? Promise.reject(new Error('Too many API requests')) : kv.get(key),
    };
    await round({ kv: cut });
    const position = kv.entries.get('sweep:cursor');
    assert.ok(position);
    await round({ kv: cut });
    assert.notEqual(
      kv.entries.get('sweep:cursor'),
      position,
      'and the next one goes on from there',
    );
  });

  it('starts again when KV no longer knows the cursor', async () => {
    await begin('mallory', 10);
    await kv.put('sweep:cursor', JSON.stringify({ cursor: 'gone', shard: 3 }), {});
    const strict: KV = {
      ...kv,
      list: (asked) =>
        asked.cursor ? Promise.reject(new Error('invalid cursor')) : kv.list(asked),
    };
    assert.equal(await round({ kv: strict }), 10);
  });
});

describe('one caller who creates as fast as the rate limit lets', () => {
  it('is kept up with by a round a minute of four requests for each upload', async () => {
    const aMinute = 600;
    for (let minute = 0; minute < 4; minute++) {
      await begin('mallory', aMinute);
      clock += 60_000;
      const expired = await round({ upkeepRequests: 4 * aMinute });
      assert.ok(expired >= aMinute, `${expired} of ${aMinute} in minute ${minute}`);
      assert.ok(requests <= 4 * aMinute, `${requests} requests`);
    }
  });

  it('starves no other tenant, however many records are in front of theirs', async () => {
    await begin('mallory', 20_000);
    const hashes = new Map<string, Upload[]>();
    for (let index = 0; index < 20; index++) {
      hashes.set(`tenant-${index}`, await begin(`tenant-${index}`, 1));
    }
    const others = [...hashes.values()].flat();
    // Two pages of the walk in each round, of 21: once through all of them takes eleven rounds, and
    // a page where more than ten tenants wait wants to be seen again.
    for (let rounds = 0; rounds < 33; rounds++) await round();
    const left = (await Promise.all(others.map(isExpired))).filter((expired) => !expired);
    assert.equal(left.length, 0);
  });
});

describe('webhooks', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver(SECRET);
  });
  afterEach(() => receiver.stop());

  const waiting = async (owner: string, count: number, after?: string) => {
    for (let index = 0; index < count; index++) {
      const of = `w:${await ownerHash(owner)}:${randomUUID()}`;
      const body = JSON.stringify({ type: 'upload.completed', data: { owner } });
      const createdAt = Math.floor(clock / 1000);
      const record = { id: randomUUID(), body, createdAt, tries: 3, ...(after && { after }) };
      await kv.put(`${of}:1:completed`, JSON.stringify(record), { metadata: { due: 0 } });
    }
  };
  const webhooks = () => ({ url: receiver.url, secrets: [SECRET] });

  it('are sent again although the sweep can list nothing', async () => {
    await waiting('alice', 1);
    const broken: KV = {
      ...kv,
      list: (asked) =>
        asked.prefix.startsWith('u:')
          ? Promise.reject(new Error('KV LIST failed: 500'))
          : kv.list(asked),
    };
    await round({ kv: broken, webhooks: webhooks() });
    assert.equal(receiver.received.length, 1);
    assert.ok(log.some((line) => line.includes('sweep_round_failed')));
  });

  it('let the sweep do its work although they fail', async () => {
    const [upload] = await begin('alice', 1);
    const broken: KV = {
      ...kv,
      list: (asked) =>
        asked.prefix.startsWith('w:')
          ? Promise.reject(new Error('KV LIST failed: 500'))
          : kv.list(asked),
    };
    await round({ kv: broken, webhooks: webhooks() });
    assert.ok(upload && (await isExpired(upload)));
    assert.ok(log.some((line) => line.includes('resend_failed')));
  });

  it('of one tenant that have to wait stand in nobody’s way, and cost a bounded number of reads', async () => {
    await waiting('mallory', 1200, 'w:never:0');
    await waiting('alice', 1);
    for (let rounds = 0; rounds < 2; rounds++) {
      await round({ webhooks: webhooks() });
      assert.ok(kv.operations.length < FREE_OPERATIONS / 5, `${kv.operations.length} operations`);
    }
    assert.equal(receiver.received.length, 1);
  });
});
