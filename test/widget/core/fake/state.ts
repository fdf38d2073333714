import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChecksumAlgorithm, Plan, ReportBody, Result } from '../../../../worker/protocol.ts';
import type { FaultRule, LogEntry, Report, SpaceOptions } from './space.ts';

export interface FakePart {
  readonly body: Buffer;
  readonly etag: string;
  readonly checksum: string | undefined;
}

export interface FakeUpload {
  readonly id: string;
  readonly name: string;
  readonly path?: string | undefined;
  readonly bytes: number;
  readonly type: string;
  readonly plan: Plan;
  readonly parts: Map<number, FakePart>;
  /** What pages said was stored, where it cannot be listed. */
  readonly receipts: Map<number, { etag: string; checksum: string | undefined }>;
  state: 'open' | 'complete' | 'aborted';
  /** Completes so far. */
  completes: number;
  /** The token that is good now. */
  token: string;
  /** What the page said that the store answered to the one PUT. */
  saidEtag?: string | undefined;
  result?: Result;
  object?: Buffer;
}

export class Space {
  readonly id = randomUUID();
  readonly base: string;
  readonly options: SpaceOptions;
  readonly faults: FaultRule[] = [];
  readonly uploads = new Map<string, FakeUpload>();
  readonly breaches: string[] = [];
  readonly reports: ReportBody[] = [];
  /** Requests to the store whose bodies are coming, and what breaks each. */
  readonly underWay = new Set<() => void>();
  carried = 0;
  /** In Unix milliseconds. */
  usedAt = Date.now();
  readonly #drops: number[] = [];
  readonly #held: (() => void)[] = [];
  readonly #log: LogEntry[] = [];
  readonly #hits = new Map<FaultRule, number>();
  #inFlight = 0;
  #peak = 0;

  constructor(base: string, options: SpaceOptions) {
    this.base = `${base}/${this.id}`;
    this.options = options;
  }

  get checksum(): ChecksumAlgorithm | null {
    return this.options.checksum === undefined ? 'md5' : this.options.checksum;
  }

  /** Bytes of a part have come; the line may drop by that. */
  carry(bytes: number): void {
    const { carries = Infinity } = this.options;
    this.carried += bytes;
    if (this.carried < carries * (this.#drops.length + 1)) return;
    this.#drops.push(this.underWay.size);
    for (const end of this.underWay) end();
    this.underWay.clear();
  }

  begin(side: string, line: string): LogEntry {
    const entry = { side, line, at: performance.now() };
    this.#log.push(entry);
    if (side === 'store') this.#peak = Math.max(this.#peak, ++this.#inFlight);
    return entry;
  }

  end({ side }: LogEntry): void {
    if (side === 'store') this.#inFlight--;
  }

  /** Ends all faults, and lets go of what they hold. */
  clear(): void {
    this.faults.length = 0;
    for (const letGo of this.#held.splice(0)) letGo();
  }

  /** Resolves at once if that has happened while the request was still coming. */
  async whenCleared(fault: FaultRule): Promise<void> {
    if (this.faults.includes(fault)) await new Promise<void>((done) => this.#held.push(done));
  }

  /** Resolves once so many requests to the store have been in flight together, or after a while. */
  async whenTogether(requests: number): Promise<void> {
    for (let tries = 0; this.#peak < requests && tries < 1000; tries++) await sleep(20);
  }

  faultFor(side: string, line: string, id = '', bytes = 0): FaultRule | undefined {
    const { name = '', parts } = this.uploads.get(id) ?? {};
    return this.faults.find((fault) => {
      if (fault.side !== side || !new RegExp(fault.match ?? '').test(line)) return false;
      if (fault.names?.includes(name) === false) return false;
      if (bytes < (fault.leastBytes ?? 0)) return false;
      if ((parts?.size ?? 0) < (fault.leastStored ?? 0)) return false;
      const hits = (this.#hits.get(fault) ?? 0) + 1;
      const { skip = 0 } = fault;
      // Infinity is null in JSON.
      const times = fault.times === null ? Infinity : (fault.times ?? 1);
      if (hits > skip + times) return false;
      this.#hits.set(fault, hits);
      return hits > skip;
    });
  }

  lose(id: string, part: number): void {
    this.uploads.get(id)?.parts.delete(part);
  }

  report(): Report {
    return {
      log: this.#log,
      peak: this.#peak,
      inFlight: this.#inFlight,
      carried: this.carried,
      drops: this.#drops,
      breaches: this.breaches,
      reports: this.reports,
      uploads: [...this.uploads.values()].map(
        ({ object, result, saidEtag, parts, id, name, path, bytes, state }) => ({
          id,
          name,
          path,
          bytes,
          state,
          parts: [...parts.keys()].sort((a, b) => a - b),
          ...(object && { sha256: createHash('sha256').update(object).digest('hex') }),
          ...(saidEtag !== undefined && { saidEtag }),
          ...(result?.checksum && { checksum: result.checksum }),
        }),
      ),
    };
  }
}
