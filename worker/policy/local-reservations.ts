/** Reservations in the memory of one isolate, for a Worker without a Durable Object. */
import { Account, type Asker, type Reservations } from './reservations.ts';

/** After so long KV has told every place what was written. */
const SETTLED_SECONDS = 150;
/** Owners in memory; the one that has been quiet for longest is forgotten first. */
const MAX_OWNERS = 1000;
/** Uploads of one owner in memory. Beyond it the oldest are counted from KV alone. */
const MAX_UPLOADS = 1000;

interface Remembered {
  readonly account: Account;
  /** When it was last used, in seconds since the epoch. */
  usedAt: number;
  /** When each upload was last changed; the newest last. */
  readonly changedAt: Map<string, number>;
}

/**
 * Bridges the time until KV shows what was written: exact for requests that reach this isolate, and
 * blind for a minute to what happens in another one.
 */
export function localReservations(): Reservations {
  const owners = new Map<string, Remembered>();

  return {
    exact: false,
    async reserve(asker, wanted, limits, action, listed) {
      const rows = await listed();
      // From here on nothing waits, so no other request comes in between.
      const remembered = accountOf(asker);
      const verdict = remembered.account.reserve(wanted, limits, action, asker.now, rows);
      if (verdict === 'taken') touch(remembered, wanted.id, asker);
      return verdict;
    },
    async usedBytes(asker, listed) {
      const rows = await listed();
      return accountOf(asker).account.usedBytes(asker.now, rows);
    },
    finish(asker, upload, always) {
      const remembered = accountOf(asker);
      touch(remembered, upload.id, asker);
      return Promise.resolve(remembered.account.finish(upload, always));
    },
    extend(asker, id, expiresAt) {
      accountOf(asker).account.extend(id, expiresAt);
      return Promise.resolve();
    },
    cancel(asker, id, countsUntil) {
      const outcome = accountOf(asker).account.cancel(id, countsUntil);
      // Another isolate may have completed it.
      return Promise.resolve(outcome === 'cancelled' ? 'unknown' : outcome);
    },
    release(asker, id) {
      accountOf(asker).account.release(id);
      return Promise.resolve();
    },
  };

  function touch({ changedAt }: Remembered, id: string, { now }: Asker): void {
    changedAt.delete(id);
    changedAt.set(id, now);
  }

  /** The owner's account, without what KV shows by now. */
  function accountOf({ owner, now }: Asker): Remembered {
    const found = owners.get(owner) ?? { account: new Account(), changedAt: new Map(), usedAt: 0 };
    found.usedAt = now;
    owners.delete(owner);
    owners.set(owner, found);
    for (const [id, changedAt] of found.changedAt) {
      if (changedAt + SETTLED_SECONDS > now && found.changedAt.size <= MAX_UPLOADS) break;
      found.changedAt.delete(id);
      found.account.release(id);
    }
    for (const [other, { usedAt }] of owners) {
      if (usedAt + SETTLED_SECONDS > now && owners.size <= MAX_OWNERS) break;
      owners.delete(other);
    }
    return found;
  }
}
