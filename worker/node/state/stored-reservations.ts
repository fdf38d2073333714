/** Reservations in a database that can change one owner's account in one step. */
import type { Account, Asker, Counted, Reservations } from '../../policy/reservations.ts';
import { ProblemError } from '../../problem.ts';

/**
 * Loads the owner's account, lets `work` change it, and stores what has changed. Two calls for the same
 * owner never overlap, not even in different processes.
 *
 * @throws ProblemError `store_unavailable` if the database does not answer.
 */
export type ChangeAccount = <T>(asker: Asker, work: (account: Account) => T) => Promise<T>;

/**
 * The database holds the account from the owner's first upload on, so what the key-value store lists
 * need not be counted.
 */
export function storedReservations(change: ChangeAccount): Reservations {
  return {
    exact: true,
    reserve: (asker, wanted, limits, action) =>
      change(asker, (account) => account.reserve(wanted, limits, action, asker.now)),
    usedBytes: (asker) => change(asker, (account) => account.usedBytes(asker.now)),
    finish: (asker, upload, always) => change(asker, (account) => account.finish(upload, always)),
    extend: (asker, id, expiresAt) => change(asker, (account) => account.extend(id, expiresAt)),
    cancel: (asker, id, countsUntil) => change(asker, (account) => account.cancel(id, countsUntil)),
    release: (asker, id, what) => change(asker, (account) => account.release(id, what)),
  };
}

/** When the account forgets the upload, in seconds since the epoch. */
export function endOf({ countsUntil, expiresAt }: Counted): number {
  return Math.max(countsUntil, expiresAt);
}

/** What a caller is told while the database does not answer. */
export function unavailable(cause: unknown): ProblemError {
  return new ProblemError('store_unavailable', 'Limits cannot be checked now: try again.', {
    retryAfter: 1,
    cause,
  });
}
