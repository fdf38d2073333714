/** The parts of one upload: which of them are stored, and what is known of the others. */
import type { PartReceipt, Plan, SignedRequest, StoredPart } from '../../../worker/protocol.ts';
import { partCount } from '../../../worker/protocol/plan.ts';
import type { WaitReason } from '../types.ts';
import type { Moment } from '../util/clock.ts';
import { Estimate, type Forecast } from './estimate.ts';
import type { SignedPart } from './signed-part.ts';

/** A part that holds a slot: its request is in flight, or it pauses between two attempts. */
export interface Flight {
  /** Bytes of this request that have left the machine. */
  sent: number;
  /** Bytes that are expected to leave, one after the other; 0 if the request does not report them. */
  reportedBytes: number;
  /** Drops of the line before it began. */
  readonly drops: number;
  /** Its first bytes have moved, or may have, if it reports no progress. */
  hasMoved?: boolean;
  /** The line broke while it was under way. */
  isLost?: boolean;
  /** Set during the pause between two attempts. */
  waitingFor?: WaitReason | undefined;
}

/** A stored part, with its ETag if the page could read it. */
export interface Receipt {
  readonly number: number;
  readonly etag?: string | undefined;
  readonly checksum?: string | undefined;
}

/** After so many faults without a stored part, an upload gives its place up to others. */
const STUCK_FAULTS = 5;
/**
 * An upload of which no byte has left for so many heartbeats, 10 s, stands still. A slow line, whose
 * buffers empty in steps, is silent for two or three seconds. Heartbeats are counted and not time, so
 * that a page which was asleep has the whole term when it wakes up.
 */
const STALLED_BEATS = 40;

export class Parts {
  readonly plan: Plan;
  readonly count: number;
  /** Numbers of the parts that this round has not started, the next one last. */
  todo: number[] = [];
  readonly checksums = new Map<number, string>();
  readonly signed = new Map<number, SignedPart>();
  readonly flights = new Set<Flight>();
  readonly stored = new Map<number, Receipt>();
  /** Parts that the store holds from before; trusted once the file's bytes have the same checksum. */
  readonly found = new Map<number, StoredPart>();
  /** Receipts that the Worker has not been told of. */
  unreported: PartReceipt[] = [];
  storedBytes = 0;
  /** Parts that are being hashed. */
  hashing = 0;
  /** Parts that are signed and wait for a slot. */
  ready = 0;
  isSigning = false;
  /** Faults since a part was stored. */
  faults = 0;
  /** Bytes that have ever left the machine, those that were sent again included. */
  moved = 0;
  readonly estimate = new Estimate();
  /** Heartbeats since a byte has left, or since there was none to leave. */
  #quietBeats = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.count = partCount(plan);
  }

  /** Size of every part but the last, which may be smaller. */
  get partBytes(): number {
    return this.plan.kind === 'single' ? this.plan.bytes : this.plan.partBytes;
  }

  /** True if nothing of this upload can be stored at present, whatever becomes of others. */
  get isStuck(): boolean {
    return this.faults >= STUCK_FAULTS;
  }

  get isComplete(): boolean {
    return this.stored.size === this.count;
  }

  /** Number of parts whose bytes have not begun to move. */
  get unsent(): number {
    return this.count - this.stored.size - this.flights.size;
  }

  /** Every part that is known to be stored, if its ETag could be read. */
  get receipts(): StoredPart[] {
    const receipts = [...this.found.values()];
    for (const { etag, ...receipt } of this.stored.values()) {
      if (etag) {
        receipts.push({ ...receipt, etag, bytes: this.bytesOf(receipt.number) } as StoredPart);
      }
    }
    return receipts;
  }

  bytesOf(number: number): number {
    return Math.min(this.partBytes, this.plan.bytes - (number - 1) * this.partBytes);
  }

  /** The part's bytes, without a type: XHR would send the type along, and it is not signed. */
  slice(file: Blob, number: number): Blob {
    const start = (number - 1) * this.partBytes;
    return file.slice(start, start + this.bytesOf(number));
  }

  /** Starts a round: missing parts come first, then those whose checksum has to be compared. */
  begin(): void {
    this.todo = [...this.found.keys()];
    for (let number = this.count; number > 0; number--) {
      if (!this.stored.has(number) && !this.found.has(number)) this.todo.push(number);
    }
  }

  /** Notes how many bytes a request has sent; returns how many of them are new. */
  move(flight: Flight, sent: number): number {
    const bytes = sent - flight.sent;
    flight.sent = sent;
    this.moved += bytes;
    if (bytes) this.#quietBeats = 0;
    return bytes;
  }

  /** Called a few times a second while the upload runs. */
  beat(): void {
    const isLeaving = [...this.flights].some(
      ({ sent, reportedBytes, waitingFor }) => sent < reportedBytes && !waitingFor,
    );
    this.#quietBeats = isLeaving ? this.#quietBeats + 1 : 0;
  }

  /** True if bytes should leave, and none does. */
  get isStalled(): boolean {
    return this.#quietBeats >= STALLED_BEATS;
  }

  /** Bytes that have yet to leave the machine. */
  get unsentBytes(): number {
    return Math.max(0, this.plan.bytes - this.storedBytes - this.foundBytes - this.flyingBytes);
  }

  /** Bytes of requests in flight that have left the machine. */
  get flyingBytes(): number {
    let bytes = 0;
    for (const { sent } of this.flights) bytes += sent;
    return bytes;
  }

  /** Rate and time left for the bytes that are pending; nothing is known while none is meant to move. */
  forecast(pending: number, isMoving: boolean): Forecast {
    if (isMoving) return this.estimate.look(this.moved, pending);
    this.estimate.rest();
    return {};
  }

  addSigned(requests: readonly SignedRequest[], signedAt: Moment, expiresIn: number): void {
    for (const request of requests) {
      this.signed.set(request.number, { request, signedAt, expiresIn });
    }
  }

  store(number: number, etag: string | undefined): void {
    if (!this.stored.has(number)) this.storedBytes += this.bytesOf(number);
    this.faults = 0;
    // There may be ten thousand, each longer than all else that is known of its part.
    this.signed.delete(number);
    this.stored.set(number, { number, etag, checksum: this.checksums.get(number) });
  }

  /**
   * Notes what the store holds already. Of several entries about one part the last counts. A part of
   * another size does not belong to this upload.
   */
  find(parts: readonly StoredPart[]): void {
    for (const part of parts) {
      const { number, bytes } = part;
      if (number <= this.count && bytes === this.bytesOf(number)) this.found.set(number, part);
    }
  }

  get foundBytes(): number {
    let bytes = 0;
    for (const part of this.found.values()) bytes += part.bytes;
    return bytes;
  }
}
