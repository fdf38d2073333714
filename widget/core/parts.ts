/** The parts of one upload: which are stored, and what is known of the others. */
import {
  partCount,
  type PartReceipt,
  type Plan,
  type SignedRequest,
  type StoredPart,
} from '../../worker/protocol.ts';
import { ageMs, type Moment } from './clock.ts';
import type { Awaited } from './upload.ts';

/** A signed request, and how long it is good for. */
export interface SignedPart {
  readonly request: SignedRequest;
  readonly signedAt: Moment;
  readonly expiresIn: number;
}

/** A part that holds a slot: its request is out, or it rests between two attempts. */
export interface Flight {
  sent: number;
  resting?: Awaited | undefined;
}

/** Stored, with an ETag where the page could read it. */
export interface Receipt {
  readonly number: number;
  readonly etag?: string | undefined;
  readonly checksum?: string | undefined;
}

/** The last tenth of a URL's time is left alone: the request still has to get there. */
const USABLE = 0.9;
/** Signatures are dated in whole seconds: so much of their time may be gone when they are made. */
const DATED_MS = 1000;
/** Of what is good for a few seconds alone. */
const LEAST_USABLE = 0.7;

export function isFresh(part: SignedPart | undefined): part is SignedPart {
  if (!part) return false;
  const goodForMs = part.expiresIn * 1000;
  return ageMs(part.signedAt) < Math.max(goodForMs * USABLE - DATED_MS, goodForMs * LEAST_USABLE);
}

export class Parts {
  readonly plan: Plan;
  readonly count: number;
  /** Not begun in this round; the next one is the last. */
  todo: number[] = [];
  readonly checksums = new Map<number, string>();
  readonly signed = new Map<number, SignedPart>();
  readonly flights = new Set<Flight>();
  readonly stored = new Map<number, Receipt>();
  /** On the store from before; believed once the file's bytes have the same checksum. */
  readonly held = new Map<number, StoredPart>();
  /** Receipts that the Worker has not been told of. */
  unreported: PartReceipt[] = [];
  storedBytes = 0;
  hashing = 0;
  /** Signed, and waiting for a slot. */
  ready = 0;
  isSigning = false;

  constructor(plan: Plan) {
    this.plan = plan;
    this.count = partCount(plan);
  }

  /** All but the last have this many. */
  get partBytes(): number {
    return this.plan.kind === 'single' ? this.plan.bytes : this.plan.partBytes;
  }

  get isComplete(): boolean {
    return this.stored.size === this.count;
  }

  /** Parts whose bytes have not begun to move. */
  get unsent(): number {
    return this.count - this.stored.size - this.flights.size;
  }

  /** Everything that is known to be on the store, where its ETag could be read. */
  get receipts(): StoredPart[] {
    const receipts = [...this.held.values()];
    for (const { etag, ...receipt } of this.stored.values()) {
      if (etag)
        receipts.push({ ...receipt, etag, bytes: this.bytesOf(receipt.number) } as StoredPart);
    }
    return receipts;
  }

  bytesOf(number: number): number {
    return Math.min(this.partBytes, this.plan.bytes - (number - 1) * this.partBytes);
  }

  /** A slice without a type: XHR would send the type along, and it is not signed. */
  slice(file: Blob, number: number): Blob {
    const start = (number - 1) * this.partBytes;
    return file.slice(start, start + this.bytesOf(number));
  }

  /** Begins a round: what is missing comes first, then what has to be looked at again. */
  begin(): void {
    this.todo = [...this.held.keys()];
    for (let number = this.count; number > 0; number--) {
      if (!this.stored.has(number) && !this.held.has(number)) this.todo.push(number);
    }
  }

  sign(requests: readonly SignedRequest[], signedAt: Moment, expiresIn: number): void {
    for (const request of requests) {
      this.signed.set(request.number, { request, signedAt, expiresIn });
    }
  }

  store(number: number, etag: string | undefined): void {
    if (!this.stored.has(number)) this.storedBytes += this.bytesOf(number);
    this.stored.set(number, { number, etag, checksum: this.checksums.get(number) });
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
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const part of this.held.values()) bytes += part.bytes;
    return bytes;
  }
}
