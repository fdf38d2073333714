/** Owners' accounts in SQLite, for reservations. */
import type { DatabaseSync } from 'node:sqlite';
import { Account, type Counted } from '../../policy/reservations.ts';
import { AccountCache } from './account-cache.ts';
import { endOf, unavailable, type ChangeAccount } from './stored-reservations.ts';

/** Creates the table unless it exists. */
export function createAccountTable(db: DatabaseSync): void {
  db.exec(`CREATE TABLE IF NOT EXISTS reservations (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    counted TEXT NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
  ) WITHOUT ROWID`);
  db.exec('CREATE INDEX IF NOT EXISTS reservations_by_end ON reservations (ends_at)');
}

/**
 * One transaction for each change. Accounts stay in memory until another process has written to the
 * database.
 */
export function sqliteAccounts(db: DatabaseSync): ChangeAccount {
  const version = db.prepare('PRAGMA data_version');
  const select = db.prepare('SELECT counted FROM reservations WHERE owner = ?');
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO reservations (owner, id, counted, ends_at) VALUES (?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM reservations WHERE owner = ? AND id = ?');
  const accounts = new AccountCache<Account>();
  let seenVersion: unknown;

  return async ({ owner, now }, work) => {
    try {
      db.exec('BEGIN IMMEDIATE');
    } catch (cause) {
      throw unavailable(cause);
    }
    try {
      forgetIfChanged();
      const account = accounts.get(owner) ?? load(owner);
      account.forget(now);
      const result = work(account);
      db.exec('COMMIT');
      accounts.set(owner, account);
      return result;
    } catch (cause) {
      accounts.delete(owner);
      rollBack();
      throw unavailable(cause);
    }
  };

  function rollBack(): void {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back already, as it does when the disk is full.
    }
  }

  /** Changes with every write of another connection: https://www.sqlite.org/pragma.html#pragma_data_version */
  function forgetIfChanged(): void {
    const current = version.get()?.['data_version'];
    if (current !== seenVersion) accounts.clear();
    seenVersion = current;
  }

  function load(owner: string): Account {
    const rows = select.all(owner);
    const counted = rows.map((row) => JSON.parse(String(row['counted'])) as Counted);
    return new Account(counted, (id, changed) => {
      if (changed) upsert.run(owner, id, JSON.stringify(changed), endOf(changed));
      else remove.run(owner, id);
    });
  }
}
