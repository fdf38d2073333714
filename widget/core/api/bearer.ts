import type { UploaderOptions } from '../types.ts';

/** The caller's bearer token: asked for by one call at a time, and kept until it is refused. */
export class Bearer {
  /** As the `Authorization` header has it. */
  #value: string | undefined;
  /** The call of `getToken` that has not been answered yet. */
  #asking: Promise<string | undefined> | undefined;

  /** True while `getToken` has not answered. */
  get isAwaited(): boolean {
    return this.#asking !== undefined;
  }

  /**
   * The value of the `Authorization` header; undefined for a page that has no token now, but may have
   * one later. Rejects as `getToken` does, or with a TypeError for what no header can carry.
   */
  async get({ getToken }: UploaderOptions): Promise<string | undefined> {
    if (this.#value) return this.#value;
    const asking = (this.#asking ??= Promise.resolve(getToken?.()));
    try {
      const token = await asking;
      const value = token && `Bearer ${token}`;
      // Throws for what no header can carry, such as the page of a sign-in, so that it is not kept.
      if (value) void new Headers({ value });
      if (this.#asking === asking) this.#value = value;
      return value;
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  /** This value was refused: the next request asks for another one, unless that has happened already. */
  refuse(value: string | undefined): void {
    if (value === this.#value) this.#value = undefined;
  }

  /** Forgets the token, and a call of `getToken` that has not been answered. */
  reset(): void {
    this.#value = this.#asking = undefined;
  }
}
