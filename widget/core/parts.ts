/** The parts of one upload, each in exactly one place on its way to the store. */
import {
  partCount,
  partRange,
  type PartReceipt,
  type Plan,
  type SignedRequest,
  type StoredPart,
} from '../../worker/protocol.ts';
import { ageMs, type Moment } from './clock.ts';
import type { Awaited } from './upload.ts';

/** A part with its signed request. */
export interface SignedPart {
  readonly request: SignedRequest;
  readonly checksum: string | undefined;
  readonly signedAt: Moment;
  readonly goodForMs: number;
}

/** A part whose request is out, or that rests between two attempts. */
export interface Flight {
  sent: number;
  resting?: Awaited | undefined;
}

/** Faults of one part so far, for `verdict`. */
export interface Faults {
  faults: number;
  refusals: number;
  mismatches: number;
  since: number;
}

/** Stored, with an ETag where the page could read it. */
export interface Receipt {
  readonly number: number;
  readonly etag?: string;
  readonly checksum?: string;
}

/** A URL with less time than this before it is too old to be used. */
const MARGIN = 0.1;

export class Parts {
  readonly plan: Plan;
  readonly count: number;
  /** To be hashed; the next one is the last. */
  todo: number[];
  readonly hashing = new Set<number>();
  readonly hashed = new Map<number, string | undefined>();
  readonly signed = new Map<number, SignedPart>();
  readonly flying = new Map<number, Flight>();
  readonly stored = new Map<number, Receipt>();
  /** On the store from before; believed once the file's bytes have the same checksum. */
  readonly held = new Map<number, StoredPart>();
  /** Checksums that the file had before: when one comes out differently, the file has changed. */
  readonly known = new Map<number, string>();
  readonly faults = new Map<number, Faults>();
  /** Receipts that the Worker has not been told of. */
  unreported: PartReceipt[] = [];
  storedBytes = 0;
  isSigning = false;

  constructor(plan: Plan) {
    this.plan = plan;
    this.count = partCount(plan);
    this.todo = Array.from({ length: this.count }, (_, index) => this.count - index);
  }

  /** Everything that is known to be on the store, where its ETag could be read. */
  get receipts(): StoredPart[] {
    const receipts = [...this.held.values()];
    for (const { etag, ...receipt } of this.stored.values()) {
      if (etag) receipts.push({ ...receipt, etag, bytes: this.bytesOf(receipt.number) });
    }
    return receipts;
  }

  get isComplete(): boolean {
    return this.stored.size === this.count;
  }

  /** Parts that no request has been made for yet. */
  get unsent(): number {
    return this.todo.length + this.hashing.size + this.hashed.size + this.signed.size;
  }

  bytesOf(number: number): number {
    const { start, end } = partRange(this.plan, number);
    return end - start;
  }

  /** A slice without a type: XHR would send the type along, and it is not signed. */
  slice(file: Blob, number: number): Blob {
    const { start, end } = partRange(this.plan, number);
    return file.slice(start, end);
  }

  sign(requests: readonly SignedRequest[], signedAt: Moment, expiresIn: number): void {
    const goodForMs = expiresIn * 1000 * (1 - MARGIN);
    for (const request of requests) {
      const { number } = request;
      if (!this.hashed.has(number)) continue;
      const checksum = this.hashed.get(number);
      this.hashed.delete(number);
      this.signed.set(number, { request, checksum, signedAt, goodForMs });
    }
  }

  /** Sends parts whose URL has grown too old back to be signed again. */
  expire(): void {
    for (const [number, { checksum, signedAt, goodForMs }] of this.signed) {
      if (ageMs(signedAt) < goodForMs) continue;
      this.signed.delete(number);
      this.hashed.set(number, checksum);
    }
  }

  store(number: number, etag: string | undefined, checksum: string | undefined): void {
    if (!this.stored.has(number)) this.storedBytes += this.bytesOf(number);
    this.stored.set(number, { number, ...(etag && { etag }), ...(checksum && { checksum }) });
  }

  /**
   * What the store holds already; of several about one part the last counts. A part of another
   * size is not one of ours.
   */
  hold(parts: readonly StoredPart[]): void {
    for (const part of parts) {
      const { number, bytes } = part;
      if (number <= this.count && bytes === this.bytesOf(number)) this.held.set(number, part);
    }
    this.todo = this.todo.filter((number) => !this.held.has(number));
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const part of this.held.values()) bytes += part.bytes;
    return bytes;
  }
}
