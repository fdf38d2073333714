/**
 * For each request that may be lost when the line drops, this many parts must have come through
 * since it dropped last: of what is sent, a third at most is lost. As in TCP
 * (https://www.rfc-editor.org/rfc/rfc5681#section-3.1) the number falls by half and rises by one, with
 * drops of the line in the place of lost packets. Of n requests that share a thin line, none is whole
 * before the bytes of n parts have passed.
 */
const STORED_FOR_EACH = 2;
/** Parts that should come through between two drops: the one that is lost is a quarter of all, at most. */
const PARTS_BETWEEN = 4;
/** One drop is an accident; from this number on the line is one that drops. */
const DROPS = 2;

/** Drops of the line, which cost what is in flight, and how much comes through between them. */
export class Drops {
  count = 0;
  /** Parts stored since the last drop. */
  #stored = 0;
  /** Requests that the last drop has left. */
  #kept = Infinity;
  /** Bytes sent since the last drop. */
  #bytes = 0;
  /** The same between earlier drops; the last ones count most. */
  #carried = 0;

  /** A part is stored. */
  stored(): void {
    this.#stored++;
  }

  /** Bytes have been sent. */
  sent(bytes: number): void {
    this.#bytes += bytes;
  }

  /**
   * Size of parts that come through between two drops, in bytes; undefined on a line that does not
   * drop. It grows again once the line carries more.
   */
  get partBytes(): number | undefined {
    if (this.count < DROPS) return undefined;
    return Math.ceil(Math.max(this.#bytes, this.#carried) / PARTS_BETWEEN);
  }

  /** Parts have come through since the last drop. */
  get hasStored(): boolean {
    return this.#stored > 0;
  }

  /** Requests that one drop may cost; more are allowed as parts come through. */
  get most(): number {
    return Math.max(this.#kept, Math.floor(this.#stored / STORED_FOR_EACH));
  }

  /** The line has dropped while `limit` requests were allowed. */
  add(limit: number): void {
    const paidFor = Math.floor(this.#stored / STORED_FOR_EACH);
    this.#kept = Math.max(1, Math.floor(limit / 2), paidFor);
    this.#carried = this.count ? (this.#carried + this.#bytes) / 2 : this.#bytes;
    this.#bytes = 0;
    this.#stored = 0;
    this.count++;
  }
}
