/** The most recently used accounts, by owner. */

const MAX_OWNERS = 1000;

export class AccountCache<T> {
  readonly #accounts = new Map<string, T>();

  get(owner: string): T | undefined {
    return this.#accounts.get(owner);
  }

  /** Keeps the account, and drops the one that was used least recently if there are too many. */
  set(owner: string, account: T): void {
    this.#accounts.delete(owner);
    this.#accounts.set(owner, account);
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= MAX_OWNERS) break;
      this.#accounts.delete(oldest);
    }
  }

  delete(owner: string): void {
    this.#accounts.delete(owner);
  }

  clear(): void {
    this.#accounts.clear();
  }
}
