/** State in a SQLite file, for one process, or a few on one machine. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { KV } from '../../ledger/kv.ts';
import { ProblemError } from '../../problem.ts';
import { checkEntry, checkKey, checkKeys } from './kv-limits.ts';
import { pageOf, type Row } from './kv-pages.ts';
import { createAccountTable, sqliteAccounts } from './sqlite-accounts.ts';
import { storedReservations } from './stored-reservations.ts';
import type { SignerState, StateOptions } from './state.ts';

/** Of the tables. A file of a later version is refused. */
const VERSION = 1;
/** How long to wait for another process that writes. */
const BUSY_MS = 5000;
/** In the place of "never", so that one comparison is enough. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Opens the file, or creates it with its folder. It needs Node.js 22.13 or newer, or Deno; `:memory:`
 * keeps everything in memory.
 *
 * @throws ProblemError `misconfigured` if the file cannot be opened.
 * @example const state = await sqliteState('/var/lib/s3-upload/state.sqlite');
 */
export async function sqliteState(file: string, options: StateOptions = {}): Promise<SignerState> {
  const { now = Date.now } = options;
  const db = await open(file);
  const seconds = () => Math.floor(now() / 1000);
  const purgeEntries = db.prepare('DELETE FROM entries WHERE expires_at <= ?');
  const purgeReservations = db.prepare('DELETE FROM reservations WHERE ends_at <= ?');
  const lease = db.prepare(
    `INSERT INTO leases (task, holder, until) VALUES (:task, :holder, :until)
     ON CONFLICT (task) DO UPDATE SET holder = :holder, until = :until
     WHERE holder = :holder OR until <= :now`,
  );
  const release = db.prepare('DELETE FROM leases WHERE task = ? AND holder = ?');
  const ping = db.prepare('SELECT 1');
  return {
    kv: sqliteKV(db, now),
    reservations: storedReservations(sqliteAccounts(db)),
    async lease(task, holder, forSeconds) {
      const times = { now: now(), until: now() + forSeconds * 1000 };
      return lease.run({ task, holder, ...times }).changes > 0;
    },
    async release(task, holder) {
      release.run(task, holder);
    },
    async purge() {
      purgeEntries.run(seconds());
      purgeReservations.run(seconds());
    },
    async ping() {
      ping.get();
    },
    async close() {
      db.close();
    },
  };
}

async function open(file: string): Promise<DatabaseSync> {
  // Loaded only here, because Node.js before 22.13 does not have it.
  const { DatabaseSync } = await import('node:sqlite').catch((cause: unknown) => {
    throw new ProblemError(
      'misconfigured',
      'This runtime has no node:sqlite: use Node.js 22.13 or newer, or keep the state in Redis or Valkey.',
      { cause },
    );
  });
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    prepare(db);
    return db;
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProblemError('misconfigured', `The SQLite file cannot be opened: ${reason}.`, {
      cause,
    });
  }
}

function prepare(db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  // A crash of the process loses nothing. A power cut may lose the last writes, but not the file.
  // https://www.sqlite.org/pragma.html#pragma_synchronous
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = NORMAL');
  const written = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (written > VERSION) {
    throw new ProblemError(
      'misconfigured',
      'The SQLite file was written by a later version of s3-upload: use that version.',
    );
  }
  db.exec(`CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    metadata TEXT,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID`);
  db.exec('CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at)');
  createAccountTable(db);
  db.exec(`CREATE TABLE IF NOT EXISTS leases (
    task TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
  ) WITHOUT ROWID`);
  if (written < VERSION) db.exec(`PRAGMA user_version = ${VERSION}`);
}

function sqliteKV(db: DatabaseSync, now: () => number): KV {
  const select = db.prepare('SELECT value FROM entries WHERE key = ? AND expires_at > ?');
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO entries (key, value, metadata, expires_at) VALUES (?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM entries WHERE key = ?');
  // Text is compared by its bytes in UTF-8, which is the order of Workers KV.
  const list = db.prepare(
    `SELECT key AS name, metadata FROM entries WHERE key >= ? AND expires_at > ?
     ORDER BY key LIMIT ?`,
  );
  const seconds = () => now() / 1000;
  const read = (key: string): string | null => {
    const row = select.get(key, seconds());
    return row === undefined ? null : String(row['value']);
  };
  return {
    async get(key) {
      return read(checkKey(key));
    },
    async getMany(keys) {
      return new Map(checkKeys(keys).map((key) => [key, read(key)]));
    },
    async put(key, value, options) {
      const { metadata, expiration } = checkEntry(value, options, now());
      upsert.run(checkKey(key), value, metadata, expiration ?? NEVER);
    },
    async delete(key) {
      remove.run(checkKey(key));
    },
    list: (query) =>
      pageOf(query, (from, limit) => list.all(from, seconds(), limit) as unknown as Row[]),
  };
}
