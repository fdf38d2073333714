/** Limits that hold exactly where several processes share a database, as with a Durable Object. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { redisState } from '../../../worker/node/state/redis.ts';
import { sqliteState } from '../../../worker/node/state/sqlite.ts';
import type { SignerState } from '../../../worker/node/state/state.ts';
import type { Limits, Reservation } from '../../../worker/policy/reservations.ts';
import { missing } from '../../tools.ts';
import { startRedis, type RedisServer } from './redis-server.ts';

const NOW = 2_000_000_000;
const UNLIMITED: Limits = { maxOpen: null, maxTotalBytes: null, maxPerGrant: null };
const listed = () => Promise.resolve([]);

interface Place {
  /** Two connections, as two processes have. */
  readonly states: readonly [SignerState, SignerState];
  stop(): Promise<void>;
}

const PLACES = [
  { name: 'SQLite', skip: undefined, start: startSqlite },
  { name: 'Redis', skip: missing('redis'), start: startRedisPlace },
];

for (const { name, skip, start } of PLACES) {
  describe(`reservations of two processes in ${name}`, { skip: skip ?? false }, () => {
    let place: Place;
    let one: SignerState;
    let other: SignerState;
    before(async () => {
      place = await start();
      [one, other] = place.states;
    });
    after(() => place?.stop());

    const ofOwner = () => ({ owner: randomUUID(), now: NOW });
    it('let in exactly as many bytes as there is room for, however many ask at once', async () => {
      const asker = ofOwner();
      const limits = { ...UNLIMITED, maxTotalBytes: 10 };
      const verdicts = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? one : other).reservations.reserve(
            asker,
            upload({ bytes: 1 }),
            limits,
            'create',
            listed,
          ),
        ),
      );
      assert.equal(verdicts.filter((verdict) => verdict === 'taken').length, 10);
      assert.equal(verdicts.filter((verdict) => verdict === 'too_many_bytes').length, 30);
      assert.equal(await one.reservations.usedBytes(asker, listed), 10);
      assert.equal(await other.reservations.usedBytes(asker, listed), 10);
    });

    it('count an upload once, whichever process is asked, and each owner alone', async () => {
      const asker = ofOwner();
      const wanted = upload({ bytes: 7 });
      const limits = { ...UNLIMITED, maxTotalBytes: 10 };
      for (const { reservations } of [one, other, one]) {
        assert.equal(await reservations.reserve(asker, wanted, limits, 'create', listed), 'taken');
      }
      assert.equal(await other.reservations.usedBytes(asker, listed), 7);
      assert.equal(await other.reservations.usedBytes(ofOwner(), listed), 0);
    });

    it('let an upload be completed or cancelled, and never both', async () => {
      for (let round = 0; round < 10; round++) {
        const asker = ofOwner();
        const wanted = upload({ bytes: 1 });
        await one.reservations.reserve(asker, wanted, UNLIMITED, 'create', listed);
        const [isComplete, outcome] = await Promise.all([
          one.reservations.finish(asker, wanted, false),
          other.reservations.cancel(asker, wanted.id, NOW + 60),
        ]);
        assert.equal(outcome, isComplete ? 'complete' : 'cancelled');
      }
    });

    it('keep what one process gives back while another one has it, too', async () => {
      const asker = ofOwner();
      const wanted = upload({ bytes: 1 });
      for (const { reservations } of [one, other]) {
        await reservations.reserve(asker, wanted, UNLIMITED, 'create', listed);
      }
      await one.reservations.release(asker, wanted.id, 'attempt');
      assert.equal(await one.reservations.usedBytes(asker, listed), 1);
      await other.reservations.release(asker, wanted.id, 'attempt');
      assert.equal(await one.reservations.usedBytes(asker, listed), 0);
    });

    it('see what another process has released, extended or removed', async () => {
      const asker = ofOwner();
      const [kept, gone] = [upload({ bytes: 1 }), upload({ bytes: 2 })];
      for (const wanted of [kept, gone]) {
        await one.reservations.reserve(asker, wanted, UNLIMITED, 'create', listed);
      }
      assert.equal(await other.reservations.usedBytes(asker, listed), 3);
      await one.reservations.release(asker, gone.id);
      assert.equal(await other.reservations.usedBytes(asker, listed), 1);
      await other.reservations.extend(asker, kept.id, kept.expiresAt + 500);
      const later = { ...asker, now: kept.countsUntil + 400 };
      assert.equal(await one.reservations.usedBytes(later, listed), 1);
      assert.equal(await one.reservations.usedBytes({ ...later, now: later.now + 200 }, listed), 0);
    });

    it('keep what counts without end, beside what ends', async () => {
      const asker = ofOwner();
      const forever = upload({ bytes: 5, countsUntil: Number.MAX_SAFE_INTEGER });
      await one.reservations.finish(asker, forever, true);
      await one.reservations.reserve(asker, upload({ bytes: 1 }), UNLIMITED, 'create', listed);
      const later = { ...asker, now: NOW + 10 * 365 * 86_400 };
      assert.equal(await other.reservations.usedBytes(later, listed), 5);
      await one.purge();
      assert.equal(await one.reservations.usedBytes(later, listed), 5);
    });
  });
}

function upload(more: Partial<Reservation>): Reservation {
  return {
    id: randomUUID(),
    mark: '',
    bytes: 1,
    inParts: true,
    createdAt: NOW,
    expiresAt: NOW + 1000,
    countsUntil: NOW + 1000,
    ...more,
  };
}

async function startSqlite(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-sqlite-'));
  const file = join(folder, 'deep', 'state.sqlite');
  const states = [await sqliteState(file), await sqliteState(file)] as const;
  return {
    states,
    async stop() {
      await Promise.all(states.map((state) => state.close()));
      await rm(folder, { recursive: true });
    },
  };
}

async function startRedisPlace(): Promise<Place> {
  const server: RedisServer = await startRedis();
  const states = [await redisState(server.url), await redisState(server.url)] as const;
  return {
    states,
    async stop() {
      await Promise.all(states.map((state) => state.close()));
      await server.stop();
    },
  };
}
