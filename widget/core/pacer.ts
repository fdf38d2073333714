/** How many requests to the store are in flight, for all files together. */
const START = 4;

export class Pacer {
  inFlight = 0;
  #limit = START;
  max = START;

  get limit(): number {
    return Math.min(this.#limit, this.max);
  }

  get hasRoom(): boolean {
    return this.inFlight < this.limit;
  }

  /** More are out than should be. */
  get isOverfull(): boolean {
    return this.inFlight > this.limit;
  }

  /** A part is stored: the line is good for one more. */
  stored(): void {
    if (this.#limit < this.max) this.#limit++;
  }

  /** The store asks for less, or does not answer. */
  slowDown(): void {
    this.#limit = Math.max(1, Math.floor(this.limit / 2));
  }
}
