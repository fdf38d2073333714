/** What the signer remembers outside of Cloudflare, in the place of Workers KV and Durable Objects. */
import type { KV } from '../../ledger/kv.ts';
import type { Reservations } from '../../policy/reservations.ts';

/** A database that keeps the signer's state: `sqliteState`, `redisState`, or an adapter of yours. */
export interface SignerState {
  /** Behaves as Workers KV does, except that every read sees the latest write. */
  readonly kv: KV;
  /** Counts what owners have. Exact for all processes that share the database. */
  readonly reservations: Reservations;
  /**
   * Makes `holder` responsible for a periodic task for `seconds`, unless another holder is. The same
   * holder may call it again to stay responsible for longer.
   *
   * @returns whether `holder` is responsible now.
   */
  lease(task: string, holder: string, seconds: number): Promise<boolean>;
  /** Ends the responsibility of `holder`, so that another process need not wait. */
  release(task: string, holder: string): Promise<void>;
  /** Deletes what has expired. It is not visible before that either. */
  purge(): Promise<void>;
  /** Throws if the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Options of both databases. */
export interface StateOptions {
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}
