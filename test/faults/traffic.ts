/** What a proxy saw: one entry a request, and the sums that the pass marks ask for. */
import type { RequestFacts } from './rules.ts';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly partNumber: number | undefined;
  /** Of `performance.now()` in the rig's process. */
  readonly beganAt: number;
  endedAt?: number;
  /** Of the answer that the client was sent; undefined where it got none. */
  status?: number;
  /** The client has taken the whole answer. */
  isDelivered?: boolean;
  /** Body bytes that came from the client. */
  requestBytes: number;
  /** The fault that met it. */
  fault?: string;
  /** Start of what the store answered, where it answered in XML or JSON. */
  answer?: string;
}

export class Traffic {
  readonly seen: Seen[] = [];
  #inFlight = 0;
  #peak = 0;

  begin(facts: RequestFacts): Seen {
    const entry: Seen = { ...facts, beganAt: performance.now(), requestBytes: 0 };
    this.seen.push(entry);
    if (facts.method !== 'OPTIONS') {
      this.#inFlight += 1;
      this.#peak = Math.max(this.#peak, this.#inFlight);
    }
    return entry;
  }

  end(entry: Seen): void {
    if (entry.endedAt !== undefined) return;
    entry.endedAt = performance.now();
    if (entry.method !== 'OPTIONS') this.#inFlight -= 1;
  }

  /** Requests under way now, preflights left out. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The most at one moment, preflights left out. */
  get peakInFlight(): number {
    return this.#peak;
  }

  /** Requests so far, of one method or of all but preflights. */
  count(method?: string): number {
    return this.seen.filter((entry) =>
      method === undefined ? entry.method !== 'OPTIONS' : entry.method === method,
    ).length;
  }

  /** How often each part was sent: by upload id and part number, a single PUT by its path. */
  get putsByPart(): ReadonlyMap<string, number> {
    const puts = new Map<string, number>();
    for (const { method, url, partNumber } of this.seen) {
      if (method !== 'PUT') continue;
      const of = url.searchParams.get('uploadId') ?? url.pathname;
      const key = `${of} ${partNumber ?? 1}`;
      puts.set(key, (puts.get(key) ?? 0) + 1);
    }
    return puts;
  }

  /** PUTs beyond one for each part. */
  get extraPuts(): number {
    return [...this.putsByPart.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /** A line for each request, preflights left out: what a failed test shows. */
  story(since: number): string[] {
    return this.seen
      .filter(({ method }) => method !== 'OPTIONS')
      .map(({ method, url, beganAt, endedAt, status, fault, answer }) => {
        const part = url.searchParams.get('partNumber');
        const upload = url.searchParams.get('uploadId')?.slice(-6);
        const what = [part && `part ${part}`, upload && `of …${upload}`, fault && `[${fault}]`];
        const took = endedAt === undefined ? 'under way' : `${Math.round(endedAt - beganAt)} ms`;
        const code = /<Code>[^<]*|<UploadId>[^<]*|"code":"[^"]*/.exec(answer ?? '')?.[0] ?? '';
        const path = url.pathname.split('/').slice(-2).join('/');
        const at = ((beganAt - since) / 1000).toFixed(2).padStart(6);
        return `${at} ${method} ${path} ${what.filter(Boolean).join(' ')} -> ${status ?? 'none'} ${code} (${took})`;
      });
  }

  forget(): void {
    this.seen.length = 0;
    this.#peak = this.#inFlight;
  }
}
