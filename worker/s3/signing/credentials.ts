/** Where the keys for signing come from. */

/** One set of keys, long-lived or of a session. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; absent for keys that do not expire. */
  readonly expiresAt?: number;
}

/** Gives the current keys. It is asked for every batch of signatures and every control call. */
export interface CredentialSource {
  /** @throws StoreError if there are no keys to be had. */
  get(): Promise<Credentials>;
  /** Tells that the store refused these keys as expired. The next `get` fetches new ones if it can. */
  refuse?(credentials: Credentials): void;
}

/** Keys from the environment. Keys of a session have a `sessionToken`. */
export function staticCredentials(credentials: Credentials): CredentialSource {
  return { get: () => Promise.resolve(credentials) };
}
