/** Lets the scheduler take one turn for everything that happens within one task. */
export class Turns {
  readonly #take: () => void;
  readonly #listeners = new Set<() => void>();
  #isDue = false;
  #isClosed = false;

  constructor(take: () => void) {
    this.#take = take;
  }

  request(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#isClosed) this.#take();
    });
  }

  /** Adds a listener; returns a function that removes it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#isClosed = true;
  }
}
