/**
 * Quotas of an owner with a hundred thousand uploads, without the Durable Object. What a Create costs
 * is counted, and what is admitted is compared with the limit.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, describe, it } from 'node:test';
import { createLedger, type Ledger } from '../../../worker/ledger/ledger.ts';
import { createLog } from '../../../worker/util/log.ts';
import { localReservations } from '../../../worker/policy/local-reservations.ts';
import { quotaOf, type Counting } from '../../../worker/policy/quota.ts';
import type { Reservations } from '../../../worker/policy/reservations.ts';
import type { Upload } from '../../../worker/upload/upload.ts';
import { memoryKV, type MemoryKV } from '../memory-kv.ts';

const MANY = 100_000;
const EACH = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const OWNER = 'alice';
const START = Date.parse('2026-11-26T00:00:00Z');

let clock: number;
let kv: MemoryKV;
let ledger: Ledger;

let filled: MemoryKV;
before(async () => {
  clock = START;
  use(memoryKV(() => clock));
  // Over the last thirty days, and the last of them an hour ago.
  const end = clock - 60 * MINUTE;
  for (let index = 0; index < MANY; index++) {
    await keep(uploadOf(idAt(end - ((MANY - index) * 30 * DAY) / MANY)), 'complete');
  }
  filled = kv;
});
beforeEach(() => {
  clock = START;
  use(filled.copy(() => clock));
});

function use(other: MemoryKV): void {
  kv = other;
  const log = createLog(() => undefined);
  ledger = createLedger(kv, { log, now: () => clock, keepSeconds: null });
}

function idAt(time: number): string {
  const hex = Math.floor(time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8${randomUUID().slice(20)}`;
}

function uploadOf(id: string, at = timeOf(id)): Upload {
  const createdAt = Math.floor(at / 1000);
  return {
    v: 1,
    id,
    owner: OWNER,
    key: `${id}/a.bin`,
    name: 'a.bin',
    type: 'image/png',
    bytes: EACH,
    checksum: null,
    mark: id,
    createdAt,
    expiresAt: createdAt + 86_400,
    urlSeconds: 900,
    multipart: { uploadId: 'x' },
  };
}

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function keep(upload: Upload, state: 'open' | 'complete'): Promise<boolean> {
  const { id, key, name, bytes, type } = upload;
  const result = { id, key, name, bytes, type, etag: 'e', completedAt: new Date(0).toISOString() };
  const entry = state === 'open' ? { state, upload } : { state, upload, result };
  return ledger.put(entry, () => undefined);
}

function counting(reservations: Reservations = localReservations()): Counting {
  return { ledger, reservations, now: () => clock, keepSeconds: null };
}

/** One Create, as each request makes it; by another isolate unless told otherwise. */
async function create(id: string, maxTotalBytes: number, isolate = counting()): Promise<boolean> {
  const upload = uploadOf(id, clock);
  const limits = { maxOpen: null, maxTotalBytes, maxPerGrant: null };
  try {
    await quotaOf(isolate, { owner: OWNER }).take(limits, upload, 'create');
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'forbidden');
    return false;
  }
  await keep(upload, 'open');
  return true;
}

const spent = () => kv.operations.splice(0).map((line) => line.slice(0, line.indexOf(' ')));

describe('a Create of an owner with 100,000 uploads', () => {
  it('counts all rows once, and then reads a summary and the newest rows', async (t) => {
    const room = 10 * MANY * EACH;
    assert.ok(await create(idAt(clock), room));
    assert.ok(spent().length <= 106);
    let most = 0;
    for (let count = 0; count < 200; count++) {
      clock += MINUTE;
      assert.ok(await create(idAt(clock), room));
      most = Math.max(most, spent().length);
    }
    // A page, the summary, and the record itself.
    assert.ok(most <= 8, `${most} operations`);
    t.diagnostic(`at most ${most} operations`);
  });

  it('takes a tenth of the CPU by the summary, or less', async (t) => {
    const cpuMs = async (work: () => Promise<unknown>) => {
      const began = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    const room = 10 * MANY * EACH;
    const whole = await cpuMs(() => create(idAt(clock), room));
    const times: number[] = [];
    for (let count = 0; count < 20; count++) {
      clock += MINUTE;
      times.push(await cpuMs(() => create(idAt(clock), room)));
    }
    times.sort((one, other) => one - other);
    const median = times[10] ?? Infinity;
    t.diagnostic(`${median.toFixed(1)} ms, and ${whole.toFixed(0)} ms for all rows`);
    assert.ok(median <= whole / 10);
  });

  for (const [kind, idOf] of [
    ['of UUIDv7', () => idAt(clock)],
    ['of UUIDv4', () => randomUUID()],
    ['made hours before', () => idAt(clock - 5 * 60 * MINUTE)],
    ['with a time of last year', () => idAt(clock - 365 * DAY)],
    ['with a time of next year', () => idAt(clock + 365 * DAY)],
  ] as const) {
    it(`is held to the limit by ids ${kind}`, async () => {
      const allowed = 40;
      const limit = (MANY + allowed) * EACH;
      let admitted = 0;
      for (let count = 0; count < allowed + 20; count++) {
        clock += 2 * MINUTE;
        if (await create(idOf(), limit)) admitted++;
      }
      assert.equal(admitted, allowed);
    });
  }

  it('is held to the limit by ids of all kinds in turn', async () => {
    const limit = (MANY + 30) * EACH;
    const kinds = [() => idAt(clock), () => randomUUID(), () => idAt(clock - 60 * MINUTE)];
    let admitted = 0;
    for (let count = 0; count < 60; count++) {
      clock += 2 * MINUTE;
      if (await create(kinds[count % 3]?.() ?? '', limit)) admitted++;
    }
    assert.equal(admitted, 30);
  });

  it('has the room again that a removal made, although the summary does not know of it', async () => {
    const limit = (MANY + 1) * EACH;
    assert.ok(await create(idAt(clock), limit));
    clock += 5 * MINUTE;
    assert.equal(await create(idAt(clock), limit), false);
    const [removed = ''] = [...kv.entries.keys()].filter((key) => key.startsWith('u:')).slice(50);
    await kv.delete(removed);
    clock += 2 * MINUTE;
    assert.ok(await create(idAt(clock), limit));
  });

  it('is refused a limit at a bounded cost, however often it asks', async () => {
    const limit = MANY * EACH;
    for (let count = 0; count < 100; count++) {
      clock += 1000;
      assert.equal(await create(idAt(clock), limit), false);
    }
    const lists = spent().filter((kind) => kind === 'list').length;
    // Two hundred for the pages and summaries, and a new count at most once a minute.
    assert.ok(lists <= 2 * 100 + 3 * 101, `${lists} lists`);
  });

  it('is exact for fifty at once in one isolate', async () => {
    const isolate = counting();
    const limit = (MANY + 7) * EACH;
    await create(idAt(clock), MANY * EACH, isolate);
    clock += 5 * MINUTE;
    const calls = Array.from({ length: 50 }, () => create(idAt(clock), limit, isolate));
    assert.equal((await Promise.all(calls)).filter(Boolean).length, 7);
  });

  it('is counted again by the upkeep when its summary has aged, at no more lists than it is given', async () => {
    await create(idAt(clock), 10 * MANY * EACH);
    spent();
    assert.equal(await ledger.recount(200), 0, 'a new one is left alone');
    clock += 7 * 60 * MINUTE;
    assert.equal(await ledger.recount(60), 0, 'there are too few lists');
    assert.ok(spent().filter((kind) => kind === 'list').length <= 4);
    assert.equal(await ledger.recount(200), 1);
    assert.ok(spent().filter((kind) => kind === 'list').length <= 104);
  });
});
