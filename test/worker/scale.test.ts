/**
 * Upkeep at scale: a million open uploads, days of uploads that nobody finishes, and a receiver of
 * webhooks that is down. Operations are counted, and every run of the cron trigger is held to what
 * Workers and Workers KV allow; see docs/scale.md.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createSigner } from '../../worker/signer.ts';
import type { KV } from '../../worker/ledger/ledger.ts';
import {
  assertWithin,
  DAY,
  FREE_DAY,
  HOUR,
  MINUTE,
  ROUND,
  sumOf,
  World,
  type Spent,
} from './scale/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

const PAID = { workersPlan: 'paid' } as const;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** Longer than a key of KV. */
const longName = (index: number) => `tenant-${index % 1000}-${'ä'.repeat(600)}`;

describe('uploads that nobody finishes', () => {
  it('250 a day beside 15,000 records leave Workers Free two fifths of its lists, and none stays in the store', async () => {
    const free = { webhooks: world.webhooks };
    await world.create(15_000, (index) => longName(Math.floor(index / 15)), 30 * DAY_SECONDS);
    for (let day = 0; day < 4; day++) {
      const spent: Spent[] = [];
      for (let rounds = 0; rounds < DAY / ROUND; rounds++) {
        // About as many as KV takes: each is a write, one more when it is let go of, and a webhook.
        await world.create(rounds % 12 < 7 ? 3 : 2, longName, HOUR_SECONDS);
        const round = await world.round(free);
        assertWithin(round, 'free');
        spent.push(round);
      }
      const { get, put, delete: deleted, list } = sumOf(spent);
      assert.ok(get <= FREE_DAY.get / 10, `${get} reads`);
      assert.ok(put + 248 <= FREE_DAY.put, `${put} writes, and 248 at Create`);
      assert.ok(deleted <= FREE_DAY.delete / 2, `${deleted} deletes`);
      assert.ok(list <= 0.6 * FREE_DAY.list, `${list} lists`);
    }
    for (let rounds = 0; rounds < 24; rounds++) await world.round(free);
    assert.equal(world.open.size, 15_000);
    assert.equal(new Set(world.delivered).size, 4 * 248);
  });

  it('2,000 a day are all let go of on Workers Paid', async () => {
    for (let day = 0; day < 5; day++) {
      for (let rounds = 0; rounds < DAY / ROUND; rounds++) {
        await world.create(21, longName, HOUR_SECONDS);
        assertWithin(await world.round(PAID), 'paid');
      }
    }
    clockAfter(HOUR);
    await world.round(PAID);
    assert.equal(world.open.size, 0);
  });

  it('are found again after the store was down for two weeks', async () => {
    await world.create(300, longName, HOUR_SECONDS);
    world.storeIsUp = false;
    for (let day = 0; day < 14; day++) {
      clockAfter(DAY);
      assertWithin(await world.round(PAID), 'paid');
    }
    assert.equal(world.open.size, 300);
    world.storeIsUp = true;
    await world.round(PAID);
    assert.equal(world.open.size, 0);
  });

  it('are reported where there are more of them than the plan can see to', async () => {
    await world.create(2000, longName, HOUR_SECONDS);
    clockAfter(HOUR);
    await world.round();
    const [line] = world.lines('sweep_behind');
    assert.equal(line?.['level'], 'error');
    assert.ok(Number(line?.['count']) > 1900);
  });
});

describe('a million open uploads of a thousand tenants with long names', () => {
  it('cost each round no more than Workers Paid allows, and 20,000 that expire are let go of in a day', async () => {
    await world.create(20_000, longName, HOUR_SECONDS);
    await world.create(980_000, (index) => longName(Math.floor(index / 980)), 30 * DAY_SECONDS);
    clockAfter(HOUR);
    // Everything at once: webhooks about what expires, and a thousand that wait.
    world.receiverIsUp = false;
    const outbox = world.outbox();
    for (let count = 0; count < 1000; count++) await world.tell(outbox, longName(count));
    world.receiverIsUp = true;
    for (let rounds = 0; rounds < 4; rounds++) {
      assertWithin(await world.round({ ...PAID, webhooks: world.webhooks }), 'paid');
    }
    for (let rounds = 0; rounds < DAY / ROUND && world.open.size > 980_000; rounds++) {
      assertWithin(await world.round(PAID), 'paid');
    }
    assert.equal(world.open.size, 980_000);
  });
});

describe('a receiver of webhooks that is down', () => {
  const more = () => ({ ...PAID, webhooks: world.webhooks });

  it('for an hour gets 10,000 messages within eleven hours, without a request to help', async () => {
    world.receiverIsUp = false;
    const outbox = world.outbox();
    for (let count = 0; count < 10_000; count++) {
      clockAfter(HOUR / 10_000);
      await world.tell(outbox, longName(count));
    }
    world.receiverIsUp = true;
    for (let rounds = 0; rounds < 44; rounds++) assertWithin(await world.round(more()), 'paid');
    assert.equal(new Set(world.delivered).size, 10_000);
    assert.equal(world.keys('w:').length, 0);
    assert.deepEqual(world.lines('webhook_given_up'), []);
  });

  it('for an hour gets them within minutes where requests come in', async () => {
    world.receiverIsUp = false;
    const outbox = world.outbox();
    for (let count = 0; count < 3000; count++) await world.tell(outbox, longName(count));
    clockAfter(HOUR);
    await world.round(more());
    world.receiverIsUp = true;
    await world.round(more());
    let requests = 0;
    for (; world.keys('w:').length > 0 && requests < 100; requests++) {
      clockAfter(MINUTE);
      const works: Promise<unknown>[] = [];
      const context = {
        waitUntil: (work: Promise<unknown>) => void works.push(work),
        passThroughOnException: () => undefined,
        props: {},
      };
      world.spent();
      // Each by another isolate.
      const app = createSigner(world.options(more()));
      await app.request('/policy', { headers: { authorization: 'Bearer x' } }, {}, context);
      await Promise.all(works);
      assertWithin(world.spent(), 'paid');
    }
    assert.ok(requests <= 70, `${requests} requests`);
    assert.equal(new Set(world.delivered).size, 3000);
  });

  it('for three days is tried four times an hour, and then gets every message once', async () => {
    world.receiverIsUp = false;
    let sent = 0;
    for (let rounds = 0; rounds < (3 * DAY) / ROUND; rounds++) {
      const outbox = world.outbox();
      for (let count = 0; count < 10; count++, sent++) await world.tell(outbox, longName(sent));
      const before = world.attempts;
      assertWithin(await world.round(more()), 'paid');
      assert.ok(world.attempts - before <= 3, `${world.attempts - before} attempts`);
    }
    // Until the first round has found it down, requests try by themselves.
    assert.ok(world.attempts <= 3 * 10 + 3 * ((3 * DAY) / ROUND), `${world.attempts} attempts`);
    world.receiverIsUp = true;
    for (let rounds = 0; rounds < 16; rounds++) assertWithin(await world.round(more()), 'paid');
    assert.equal(world.delivered.length, sent);
    assert.equal(new Set(world.delivered).size, sent);
    assert.equal(world.keys('dead:').length, 0);
  });

  it('for two weeks loses nothing silently: what is dropped is logged, counted and kept for the operator', async () => {
    world.receiverIsUp = false;
    const outbox = world.outbox();
    for (let count = 0; count < 500; count++) await world.tell(outbox, longName(count));
    for (let rounds = 0; rounds < (14 * DAY) / HOUR; rounds++) {
      clockAfter(HOUR - ROUND);
      assertWithin(await world.round(more()), 'paid');
    }
    const dropped = world.lines('webhook_given_up');
    assert.equal(dropped.length, 500);
    assert.equal(new Set(dropped.map(({ upload }) => upload)).size, 500);
    assert.ok(dropped.every(({ level, type }) => level === 'error' && type === 'aborted'));
    assert.equal(world.keys('dead:').length, 500);
    assert.equal(world.keys('w:').length, 0);
  });
});

describe('one operation on KV that fails', () => {
  it('costs a round what it reads, and ends neither the round nor another part of it', async () => {
    let failed = '';
    /** Kinds of operations, as a verb and a prefix: those of both halves of a round mix at random. */
    const kinds = new Set<string>();
    const failing = (kind: string, at: number): KV => {
      let count = 0;
      const orFail = <T>(what: string, work: () => Promise<T>) => {
        const itsKind = what.replace(/:.*/, ':');
        kinds.add(itsKind);
        if (itsKind !== kind || count++ !== at) return work();
        failed = what;
        return Promise.reject(new Error('KV failed: 500'));
      };
      const { kv } = world;
      return {
        get: (key) => orFail(`get ${key}`, () => kv.get(key)),
        put: (...args) => orFail(`put ${args[0]}`, () => kv.put(...args)),
        delete: (key) => orFail(`delete ${key}`, () => kv.delete(key)),
        list: (asked) => orFail(`list ${asked.prefix}`, () => kv.list(asked)),
      };
    };
    const tryRound = async (kind: string, at: number) => {
      world.stop();
      world = new World();
      await world.create(3, longName, HOUR_SECONDS);
      world.receiverIsUp = false;
      await world.tell(world.outbox(), 'alice');
      world.receiverIsUp = true;
      clockAfter(HOUR);
      const more = { ...PAID, webhooks: world.webhooks };
      failed = '';
      await world.round({ ...more, kv: failing(kind, at) });
      assert.ok(
        world.open.size <= Number(failed.startsWith('get u:')) || failed === 'list u:',
        failed,
      );
      const isOfMessage = /^(get|list) w:/.test(failed);
      assert.ok(world.delivered.length > 0 || isOfMessage, failed);
      await world.round(more);
      assert.equal(world.open.size, 0, failed);
      assert.equal(world.keys('w:').length + world.keys('dead:').length, 0, failed);
    };
    await tryRound('none', 0);
    // A set hands out what is added to it on the way.
    for (const kind of kinds) {
      for (let at = 0; at === 0 || failed !== ''; at++) await tryRound(kind, at);
    }
    for (const what of [
      'get sweep:',
      'list u:',
      'get u:',
      'put u:',
      'list w:',
      'delete w:',
      'list orphans:',
    ]) {
      assert.ok(kinds.has(what), `${what} was not tried: ${[...kinds].join()}`);
    }
  });
});

function clockAfter(ms: number): void {
  world.clock += ms;
}
