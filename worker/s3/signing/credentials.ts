/** Where the keys come from that sign everything. */

/** One set of keys, long-lived or of a session. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; absent for keys that do not end. */
  readonly expiresAt?: number;
}

/** Gives the keys of the moment; called for every signature batch and control call. */
export interface CredentialSource {
  /** @throws StoreError where none can be had. */
  get(): Promise<Credentials>;
  /** The store refused these as expired: the next `get` fetches new ones, if there are any. */
  refuse?(credentials: Credentials): void;
}

/** Keys from the environment. `sessionToken` where they are of a session. */
export function staticCredentials(credentials: Credentials): CredentialSource {
  return { get: () => Promise.resolve(credentials) };
}
