/** Counting the uploads of one owner: the account, the isolate's memory, and the Durable Object. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localReservations } from '../../../worker/policy/local-reservations.ts';
import {
  Account,
  type Asker,
  type Counted,
  type Limits,
  type Reservation,
  type Reservations,
} from '../../../worker/policy/reservations.ts';
import { objects } from './objects.ts';

const NOW = 10_000;
const UNLIMITED: Limits = { maxOpen: null, maxTotalBytes: null, maxPerGrant: null };
const ASKER = { owner: 'hash', now: NOW };
const nothing = () => Promise.resolve([]);

let made = 0;
function upload(more: Partial<Reservation> = {}): Reservation {
  const id = more.id ?? `upload-${String(made++).padStart(6, '0')}`;
  return {
    id,
    mark: `mark of ${id}`,
    bytes: 10,
    inParts: true,
    createdAt: NOW,
    expiresAt: NOW + 100,
    countsUntil: NOW + 1000,
    ...more,
  };
}
const counted = (state: Counted['state'], more: Partial<Counted> = {}): Counted => ({
  ...upload(more),
  ...more,
  state,
});

describe('an account', () => {
  const create = (account: Account, wanted: Reservation, limits: Partial<Limits> = {}, now = NOW) =>
    account.reserve(wanted, { ...UNLIMITED, ...limits }, 'create', now);
  const complete = (account: Account, wanted: Reservation, limits: Partial<Limits> = {}) =>
    account.reserve(wanted, { ...UNLIMITED, ...limits }, 'complete', NOW);

  it('lets in bytes up to the limit, to the last one', () => {
    const account = new Account();
    assert.equal(create(account, upload(), { maxTotalBytes: 20 }), 'taken');
    assert.equal(create(account, upload({ bytes: 11 }), { maxTotalBytes: 20 }), 'too_many_bytes');
    assert.equal(create(account, upload(), { maxTotalBytes: 20 }), 'taken');
    assert.equal(account.usedBytes(NOW), 20);
    assert.equal(create(account, upload({ bytes: 1 }), { maxTotalBytes: 20 }), 'too_many_bytes');
    assert.equal(account.usedBytes(NOW), 20);
  });

  it('counts an upload once, however often it asks', () => {
    const account = new Account();
    const wanted = upload();
    for (let round = 0; round < 3; round++) {
      assert.equal(create(account, wanted, { maxTotalBytes: 10, maxPerGrant: 1 }), 'taken');
    }
    assert.equal(account.usedBytes(NOW), 10);
  });

  it('lets in as many files as a token allows, and counts those of that token alone', () => {
    const account = new Account();
    const limits = { maxPerGrant: 2 };
    const of = (grant: string) => create(account, upload({ grant }), limits);
    assert.deepEqual(
      [of('a'), of('a'), of('a'), of('b')],
      ['taken', 'taken', 'too_many_files', 'taken'],
    );
  });

  it('lets in as many open uploads as are allowed, and counts those in parts alone', () => {
    const account = new Account();
    const limits = { maxOpen: 2 };
    create(account, upload({ inParts: false }));
    const first = upload();
    assert.equal(create(account, first, limits), 'taken');
    assert.equal(create(account, upload(), limits), 'taken');
    assert.equal(create(account, upload(), limits), 'too_many_open');
    assert.equal(create(account, upload({ inParts: false }), limits), 'taken');
    account.finish(first, false);
    assert.equal(create(account, upload(), limits), 'taken');
  });

  it('counts no upload as open whose token has expired', () => {
    const account = new Account();
    create(account, upload({ expiresAt: NOW + 1 }));
    const limits = { maxOpen: 1 };
    assert.equal(create(account, upload(), limits), 'too_many_open');
    assert.equal(create(account, upload(), limits, NOW + 1), 'taken');
  });

  it('counts bytes as long as they count, and not at their end', () => {
    const account = new Account();
    create(account, upload({ countsUntil: NOW + 5 }));
    assert.equal(account.usedBytes(NOW + 4), 10);
    assert.equal(account.usedBytes(NOW + 5), 0);
    const limits = { maxTotalBytes: 15 };
    assert.equal(create(account, upload(), limits, NOW + 4), 'too_many_bytes');
    assert.equal(create(account, upload(), limits, NOW + 5), 'taken');
  });

  it('refuses an id that belongs to another file, and knows files whose mark is unknown', () => {
    const account = new Account([counted('open', { id: 'a', mark: '' })]);
    assert.equal(create(account, upload({ id: 'a' })), 'taken');
    assert.equal(create(account, upload({ id: 'a', mark: 'other' })), 'other_file');
  });

  it('refuses to create what was cancelled, and completes it if there is room', () => {
    const account = new Account();
    const wanted = upload();
    create(account, wanted);
    assert.equal(account.cancel(wanted.id, NOW + 7), 'cancelled');
    assert.equal(create(account, wanted), 'cancelled');
    assert.equal(complete(account, wanted), 'taken');
    assert.equal(account.usedBytes(NOW + 6), 10);
    assert.equal(account.usedBytes(NOW + 7), 0);
    assert.equal(complete(account, wanted, { maxTotalBytes: 9 }), 'too_many_bytes');
  });

  it('keeps what is complete, whatever the limits have become', () => {
    const account = new Account();
    const wanted = upload();
    account.finish(wanted, false);
    assert.equal(create(account, wanted, { maxTotalBytes: 1 }), 'taken');
    const listed = counted('complete');
    const again = { ...listed, bytes: 1000 };
    assert.equal(
      account.reserve(again, { ...UNLIMITED, maxTotalBytes: 1 }, 'create', NOW, [listed]),
      'taken',
    );
    const open = counted('open');
    assert.equal(
      account.reserve({ ...open }, { ...UNLIMITED, maxTotalBytes: 1 }, 'create', NOW, [open]),
      'too_many_bytes',
    );
  });

  it('counts at Complete what is complete, and of open uploads those that began before', () => {
    const limits = { maxTotalBytes: 15 };
    const wanted = upload({ id: 'm', createdAt: NOW });
    const beside = (other: Counted) => complete(new Account([other]), wanted, limits);
    assert.equal(beside(counted('complete', { createdAt: NOW + 1 })), 'too_many_bytes');
    assert.equal(beside(counted('open', { createdAt: NOW - 1 })), 'too_many_bytes');
    assert.equal(beside(counted('open', { createdAt: NOW + 1 })), 'taken');
    assert.equal(beside(counted('open', { id: 'l', createdAt: NOW })), 'too_many_bytes');
    assert.equal(beside(counted('open', { id: 'n', createdAt: NOW })), 'taken');
    assert.equal(beside(counted('open', { id: 'a', createdAt: NOW + 1 })), 'taken');
    assert.equal(beside(counted('open', { id: 'z', createdAt: NOW - 1 })), 'too_many_bytes');
  });

  it('counts at Create whatever there is, whenever it began', () => {
    const account = new Account([counted('open', { createdAt: NOW + 1 })]);
    assert.equal(create(account, upload(), { maxTotalBytes: 15 }), 'too_many_bytes');
  });

  it('limits open uploads at Create alone', () => {
    const account = new Account([counted('open', { createdAt: NOW - 1 })]);
    const wanted = upload();
    assert.equal(create(account, wanted, { maxOpen: 1 }), 'too_many_open');
    assert.equal(complete(account, wanted, { maxOpen: 1 }), 'taken');
  });

  it('adds what KV lists and the account does not know, and nothing twice', () => {
    const known = upload({ bytes: 1 });
    const account = new Account();
    create(account, known);
    const listed = [counted('open', { id: known.id, bytes: 500 }), counted('complete')];
    assert.equal(account.usedBytes(NOW, listed), 11);
    assert.equal(account.usedBytes(NOW), 1);
    account.add(listed);
    assert.equal(account.usedBytes(NOW), 11);
  });

  it('counts what a sum contains in the sum alone', () => {
    const account = new Account([
      counted('complete', { bytes: 1, createdAt: 99 }),
      counted('complete', { bytes: 2, createdAt: 100 }),
    ]);
    const sum = counted('complete', { bytes: 1000, sumOfBefore: 100 });
    assert.equal(account.usedBytes(NOW, [counted('open', { bytes: 4 }), sum]), 1006);
    assert.equal(account.usedBytes(NOW, []), 3);
  });

  it('completes what is open, and what was cancelled only if its object exists', () => {
    const account = new Account();
    const wanted = upload();
    create(account, wanted);
    assert.equal(account.cancel(wanted.id, NOW + 5), 'cancelled');
    assert.equal(account.finish(wanted, false), false);
    assert.equal(account.cancel(wanted.id, NOW + 5), 'cancelled');
    assert.equal(account.finish(wanted, true), true);
    assert.equal(account.cancel(wanted.id, NOW + 5), 'complete');
    assert.equal(account.cancel('another', NOW + 5), 'unknown');
    assert.equal(account.finish(upload(), false), true);
  });

  it('extends what is open, by as much longer as it lives, and never shortens it', () => {
    const account = new Account();
    const wanted = upload({ expiresAt: NOW + 100, countsUntil: NOW + 300 });
    create(account, wanted);
    account.extend(wanted.id, NOW + 100);
    assert.equal(account.extend(wanted.id, NOW + 50), 'open');
    assert.equal(account.usedBytes(NOW + 299), 10);
    assert.equal(account.usedBytes(NOW + 300), 0);
    assert.equal(account.extend(wanted.id, NOW + 150), 'open');
    assert.equal(account.usedBytes(NOW + 349), 10);
    assert.equal(account.usedBytes(NOW + 350), 0);
    account.finish(wanted, false);
    assert.equal(account.extend(wanted.id, NOW + 5000), 'complete');
    assert.equal(account.usedBytes(NOW + 350), 0);
    assert.equal(account.extend('another', NOW + 5000), 'open');
    create(account, upload({ id: 'dropped' }));
    account.cancel('dropped', NOW + 5);
    assert.equal(account.extend('dropped', NOW + 5000), 'cancelled');
  });

  it('forgets what neither counts any more nor has a token that is valid', () => {
    const forgotten: string[] = [];
    const account = new Account(
      [
        counted('open', { id: 'both', expiresAt: NOW, countsUntil: NOW }),
        counted('open', { id: 'counts', expiresAt: NOW - 5, countsUntil: NOW + 1 }),
        counted('open', { id: 'valid', expiresAt: NOW + 1, countsUntil: NOW - 5 }),
      ],
      (id, value) => void (value === undefined && forgotten.push(id)),
    );
    account.forget(NOW);
    assert.deepEqual(forgotten, ['both']);
    account.release('both');
    assert.deepEqual(forgotten, ['both'], 'what is not there is not removed again');
  });

  it('keeps the room of an upload until each request that has reserved it has given it back', () => {
    const account = new Account();
    const wanted = upload();
    for (let request = 0; request < 3; request++) create(account, wanted);
    account.release(wanted.id, 'attempt');
    account.extend(wanted.id, NOW + 500);
    account.release(wanted.id, 'attempt');
    assert.equal(account.usedBytes(NOW), 10);
    account.release(wanted.id, 'attempt');
    assert.equal(account.usedBytes(NOW), 0);
    account.release(wanted.id, 'attempt');
    create(account, wanted);
    create(account, wanted);
    account.release(wanted.id);
    assert.equal(account.usedBytes(NOW), 0, 'its object was removed');
  });

  it('keeps what another request has completed or cancelled meanwhile', () => {
    const account = new Account();
    const [done, cancelled] = [upload(), upload()];
    create(account, done);
    create(account, done);
    account.finish(done, false);
    account.release(done.id, 'attempt');
    assert.equal(complete(account, done), 'taken');
    account.release(done.id, 'attempt');
    assert.equal(account.cancel(done.id, NOW + 5), 'complete');
    create(account, cancelled);
    account.cancel(cancelled.id, NOW + 5);
    account.release(cancelled.id, 'attempt');
    assert.equal(create(account, cancelled), 'cancelled');
    account.release(cancelled.id);
    assert.equal(create(account, cancelled), 'taken', 'its object was removed');
  });

  it('saves each change', () => {
    const saved: (readonly [string, string | undefined])[] = [];
    const account = new Account([], (id, value) => void saved.push([id, value?.state]));
    const wanted = upload({ id: 'x' });
    create(account, wanted);
    create(account, upload({ id: 'y', bytes: 99 }), { maxTotalBytes: 50 });
    account.extend('x', wanted.expiresAt);
    account.cancel('x', NOW);
    account.finish(wanted, true);
    account.release('x');
    assert.deepEqual(saved, [
      ['x', 'open'],
      ['x', 'cancelled'],
      ['x', 'complete'],
      ['x', undefined],
    ]);
  });
});

describe('reservations in the memory of an isolate', () => {
  const limits: Limits = { ...UNLIMITED, maxTotalBytes: 10 };
  const at = (now: number, owner = 'hash') => ({ owner, now });
  const reserve = (reservations: Reservations, asker = ASKER, wanted = upload()) =>
    reservations.reserve(asker, wanted, limits, 'create', nothing);

  it('are not exact, and say so', () => {
    assert.equal(localReservations().exact, false);
  });

  it('count what they have seen, and what KV lists', async () => {
    const reservations = localReservations();
    assert.equal(await reserve(reservations), 'taken');
    assert.equal(await reserve(reservations), 'too_many_bytes');
    assert.equal(await reservations.usedBytes(ASKER, nothing), 10);
    const listed = () => Promise.resolve([counted('complete', { bytes: 5 })]);
    assert.equal(await reservations.usedBytes(ASKER, listed), 15);
    assert.equal(await reservations.usedBytes(at(NOW, 'other'), nothing), 0);
    const full = () => Promise.resolve([counted('complete')]);
    const other = at(NOW, 'third');
    assert.equal(
      await reservations.reserve(other, upload(), limits, 'create', full),
      'too_many_bytes',
    );
  });

  it('keep an upload until KV shows it everywhere, 150 seconds after it last changed', async () => {
    const reservations = localReservations();
    const wanted = upload();
    await reserve(reservations, ASKER, wanted);
    assert.equal(await reservations.usedBytes(at(NOW + 149), nothing), 10);
    await reserve(reservations, at(NOW + 149), wanted);
    assert.equal(await reservations.usedBytes(at(NOW + 298), nothing), 10);
    assert.equal(await reservations.usedBytes(at(NOW + 299), nothing), 0);
  });

  it('let go of each upload in its turn, also after one before it has changed again', async () => {
    const reservations = localReservations();
    const [one, other] = [upload({ bytes: 4 }), upload({ bytes: 5 })];
    await reserve(reservations, ASKER, one);
    await reserve(reservations, at(NOW + 10), other);
    await reserve(reservations, at(NOW + 140), one);
    assert.equal(await reservations.usedBytes(at(NOW + 159), nothing), 9);
    assert.equal(await reservations.usedBytes(at(NOW + 160), nothing), 4);
  });

  it('count from the end of an upload, too', async () => {
    const reservations = localReservations();
    const wanted = upload();
    await reserve(reservations, ASKER, wanted);
    assert.equal(await reservations.finish(at(NOW + 100), wanted, false), true);
    assert.equal(await reservations.usedBytes(at(NOW + 249), nothing), 10);
    assert.equal(await reservations.usedBytes(at(NOW + 250), nothing), 0);
  });

  it('are not renewed by what is refused', async () => {
    const reservations = localReservations();
    const wanted = upload();
    await reserve(reservations, ASKER, wanted);
    await reserve(reservations, at(NOW + 100), upload());
    const other = { ...wanted, mark: 'other' };
    assert.equal(await reserve(reservations, at(NOW + 100), other), 'other_file');
    assert.equal(await reservations.usedBytes(at(NOW + 150), nothing), 0);
  });

  it('do not prove that something was cancelled, because another isolate may have completed it', async () => {
    const reservations = localReservations();
    const wanted = upload();
    await reserve(reservations, ASKER, wanted);
    assert.equal(await reservations.cancel(ASKER, wanted.id, NOW + 5), 'unknown');
    assert.equal(await reservations.finish(ASKER, wanted, false), false);
    const other = upload();
    await reservations.finish(ASKER, other, false);
    assert.equal(await reservations.cancel(ASKER, other.id, NOW + 5), 'complete');
    assert.equal(await reservations.cancel(ASKER, 'another', NOW + 5), 'unknown');
  });

  it('extend and release', async () => {
    const reservations = localReservations();
    const wanted = upload({ countsUntil: NOW + 50, expiresAt: NOW + 50 });
    await reserve(reservations, ASKER, wanted);
    assert.equal(await reservations.extend(ASKER, wanted.id, NOW + 90), 'open');
    assert.equal(await reservations.usedBytes(at(NOW + 89), nothing), 10);
    await reservations.release(ASKER, wanted.id);
    assert.equal(await reservations.usedBytes(at(NOW + 89), nothing), 0);
  });

  it('forget an owner who has not asked for 150 seconds, and the least recent beyond a thousand', async () => {
    const reservations = localReservations();
    const unlimited = (owner: string, now = NOW) =>
      reservations.reserve(at(now, owner), upload(), UNLIMITED, 'create', nothing);
    const used = (owner: string, now = NOW) => reservations.usedBytes(at(now, owner), nothing);
    for (let index = 0; index < 1000; index++) await unlimited(`owner-${index}`);
    assert.equal(await used('owner-0'), 10);
    await unlimited('one more');
    assert.equal(await used('owner-0'), 10, 'it has asked since');
    assert.equal(await used('owner-1'), 0, 'it was the least recent');
  });

  it('keep the newest thousand uploads of an owner', async () => {
    const reservations = localReservations();
    for (let index = 0; index < 1000; index++) {
      await reservations.reserve(ASKER, upload({ bytes: 1 }), UNLIMITED, 'create', nothing);
    }
    assert.equal(await reservations.usedBytes(ASKER, nothing), 1000);
    for (let index = 0; index < 5; index++) {
      await reservations.reserve(ASKER, upload({ bytes: 1 }), UNLIMITED, 'create', nothing);
    }
    assert.equal(await reservations.usedBytes(ASKER, nothing), 1000);
  });
});

describe('reservations in a Durable Object', () => {
  const limits: Limits = { ...UNLIMITED, maxTotalBytes: 20 };

  it('are exact, for each owner alone', async () => {
    const { reservations } = objects();
    assert.equal(reservations.exact, true);
    const reserve = (owner: string) =>
      reservations.reserve({ owner, now: NOW }, upload(), limits, 'create', nothing);
    assert.deepEqual(
      [await reserve('a'), await reserve('a'), await reserve('a'), await reserve('b')],
      ['taken', 'taken', 'too_many_bytes', 'taken'],
    );
    assert.equal(await reservations.usedBytes({ owner: 'a', now: NOW }, nothing), 20);
  });

  it('learn once what KV lists, before the first answer', async () => {
    const { reservations, requests } = objects();
    let lists = 0;
    const listed = () => {
      lists++;
      return Promise.resolve([counted('complete', { bytes: 15 })]);
    };
    assert.equal(
      await reservations.reserve(ASKER, upload(), limits, 'create', listed),
      'too_many_bytes',
    );
    assert.equal(await reservations.usedBytes(ASKER, listed), 15);
    assert.equal(lists, 1);
    assert.deepEqual(requests, [
      'POST https://limits/ reserve',
      'POST https://limits/ open',
      'POST https://limits/ reserve',
      'POST https://limits/ used',
    ]);
    const other = objects();
    assert.equal(await other.reservations.usedBytes(ASKER, listed), 15);
  });

  it('are asked once about all files of a request, and take them in their order', async () => {
    const { reservations, requests } = objects();
    let lists = 0;
    const listed = () => {
      lists++;
      return Promise.resolve([counted('complete', { bytes: 1 })]);
    };
    const reserve = (asker: Asker, bytes: number) =>
      reservations.reserve(asker, upload({ bytes }), limits, 'create', listed);
    const asker = { ...ASKER };
    assert.deepEqual(await Promise.all([15, 10, 4, 1].map((bytes) => reserve(asker, bytes))), [
      'taken',
      'too_many_bytes',
      'taken',
      'too_many_bytes',
    ]);
    assert.equal(lists, 1);
    const once = ['all', 'open', 'all'].map((kind) => `POST https://limits/ ${kind}`);
    assert.deepEqual(requests.splice(0), once);
    const others = await Promise.all([reserve({ ...ASKER }, 1), reserve(asker, 0)]);
    assert.deepEqual(others, ['too_many_bytes', 'taken']);
    assert.deepEqual(
      requests,
      ['reserve', 'reserve'].map((kind) => `POST https://limits/ ${kind}`),
      'each request asks for itself',
    );
  });

  it('refuse all files of a request where the object does not answer', async () => {
    const { namespace, reservations } = objects();
    namespace.fail = new Error('overloaded');
    const answers = await Promise.allSettled(
      [1, 2].map(() => reservations.reserve(ASKER, upload(), limits, 'create', nothing)),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('are told twice by two requests that came at once, and add it once', async () => {
    const { reservations } = objects();
    const first = [counted('complete', { bytes: 15 })];
    const answers = await Promise.all(
      [first, [...first, counted('complete', { bytes: 1 })]].map((rows) =>
        reservations.usedBytes({ ...ASKER }, () => Promise.resolve(rows)),
      ),
    );
    assert.deepEqual(answers, [15, 15]);
  });

  it('learn what KV lists also after an upload has been completed, and only once', async () => {
    const { namespace, reservations } = objects();
    const rows = [counted('complete', { bytes: 15 })];
    await reservations.finish(ASKER, upload(), false);
    namespace.restart();
    assert.equal(await reservations.usedBytes(ASKER, () => Promise.resolve(rows)), 25);
    const empty = objects();
    assert.equal(await empty.reservations.usedBytes(ASKER, nothing), 0);
    empty.namespace.restart();
    assert.equal(await empty.reservations.usedBytes(ASKER, () => Promise.resolve(rows)), 0);
  });

  it('are kept while the object is not in memory', async () => {
    const { namespace, reservations } = objects();
    const [kept, gone, done] = [upload(), upload(), upload()];
    for (const wanted of [kept, kept, gone, done]) {
      await reservations.reserve(ASKER, wanted, UNLIMITED, 'create', nothing);
    }
    namespace.restart();
    await reservations.release(ASKER, kept.id, 'attempt');
    assert.equal(await reservations.finish(ASKER, done, false), true);
    await reservations.release(ASKER, gone.id);
    namespace.restart();
    const fail = () => Promise.reject(new Error('it is known already'));
    assert.equal(await reservations.usedBytes(ASKER, fail), 20);
    assert.equal(await reservations.cancel(ASKER, done.id, NOW + 5), 'complete');
    namespace.restart();
    assert.equal(await reservations.cancel(ASKER, kept.id, NOW + 5), 'cancelled');
    assert.equal(await reservations.finish(ASKER, kept, false), false);
    assert.equal(await reservations.finish(ASKER, kept, true), true);
    assert.equal(await reservations.cancel(ASKER, 'another', NOW + 5), 'unknown');
  });

  it('extend an upload, and forget it when its time is over', async () => {
    const { reservations } = objects();
    const wanted = upload({ expiresAt: NOW + 50, countsUntil: NOW + 50 });
    await reservations.reserve(ASKER, wanted, UNLIMITED, 'create', nothing);
    assert.equal(await reservations.extend(ASKER, wanted.id, NOW + 90), 'open');
    const used = (now: number) => reservations.usedBytes({ ...ASKER, now }, nothing);
    assert.equal(await used(NOW + 89), 10);
    assert.equal(await used(NOW + 90), 0);
    assert.equal(await used(NOW + 89), 0, 'it is forgotten');
  });

  it('ask to try again where the object does not answer', async () => {
    const { namespace, reservations } = objects();
    for (const fail of [new Error('overloaded'), new Response('', { status: 500 })]) {
      namespace.fail = fail;
      await assert.rejects(reservations.usedBytes(ASKER, nothing), (error: Error) => {
        assert.equal(error.message, 'Limits cannot be checked now: try again.');
        const { problem } = error as Error & { problem: { code: string; retryAfter: number } };
        assert.equal(problem.code, 'store_unavailable');
        assert.equal(problem.retryAfter, 1);
        const message = fail instanceof Error ? 'overloaded' : 'The Durable Object answered 500.';
        assert.equal((error.cause as Error).message, message);
        return true;
      });
    }
  });
});
