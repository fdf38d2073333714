/** Reservations in the memory of one isolate, for a Worker without a Durable Object. */
import { Account, type Asker, type Reservations } from './reservations.ts';

/** After this time, KV shows every place what was written. */
const SETTLED_SECONDS = 150;
/** Most owners in memory. The least recently used one is forgotten first. */
const MAX_OWNERS = 1000;
/** Most uploads of one owner in memory. Older ones are counted by KV alone. */
const MAX_UPLOADS = 1000;

interface OwnerMemory {
  readonly account: Account;
  /** When it was last used, in seconds since the epoch. */
  usedAt: number;
  /** When each upload was last changed, newest last. */
  readonly changedAt: Map<string, number>;
}

/**
 * Bridges the time until KV shows what was written. Exact for requests that reach this isolate; for up
 * to a minute it does not see what other isolates do.
 */
export function localReservations(): Reservations {
  const owners = new Map<string, OwnerMemory>();

  return {
    exact: false,
    async reserve(asker, wanted, limits, action, listed) {
      const rows = await listed();
      // Nothing is awaited from here on, so no other request can interfere.
      const memory = accountOf(asker);
      const verdict = memory.account.reserve(wanted, limits, action, asker.now, rows);
      if (verdict === 'taken') touch(memory, wanted.id, asker);
      return verdict;
    },
    async usedBytes(asker, listed) {
      const rows = await listed();
      return accountOf(asker).account.usedBytes(asker.now, rows);
    },
    finish(asker, upload, always) {
      const memory = accountOf(asker);
      touch(memory, upload.id, asker);
      return Promise.resolve(memory.account.finish(upload, always));
    },
    extend(asker, id, expiresAt) {
      return Promise.resolve(accountOf(asker).account.extend(id, expiresAt));
    },
    cancel(asker, id, countsUntil) {
      const outcome = accountOf(asker).account.cancel(id, countsUntil);
      // Another isolate may have completed it.
      return Promise.resolve(outcome === 'cancelled' ? 'unknown' : outcome);
    },
    release(asker, id, what) {
      accountOf(asker).account.release(id, what);
      return Promise.resolve();
    },
  };

  function touch({ changedAt }: OwnerMemory, id: string, { now }: Asker): void {
    changedAt.delete(id);
    changedAt.set(id, now);
  }

  /** The owner's account, without uploads that KV shows by now. */
  function accountOf({ owner, now }: Asker): OwnerMemory {
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
