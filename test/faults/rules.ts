/** Which requests a fault meets, what it does to them, and for how long it lasts. */

/** What a rule may ask about a request, before its body has come. */
export interface RequestFacts {
  readonly method: string;
  readonly url: URL;
  /** S3's `partNumber` in the query. */
  readonly partNumber: number | undefined;
}

/** All given conditions must hold. Preflights are met only where `method` says OPTIONS. */
export interface Matcher {
  readonly method?: string;
  readonly path?: RegExp;
  readonly query?: RegExp;
  readonly part?: number;
  readonly where?: (request: RequestFacts) => boolean;
}

/** What is done to a request that a rule meets. */
export type Fault =
  /** Forwards it this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Lets the store do its work, and sends its answer this much later. */
  | { readonly kind: 'late'; readonly ms: number }
  /**
   * Resets the connection (RST) once this share of the body has come: 0 at the head, 1 after the
   * last byte and before any answer. The store sees nothing of it.
   */
  | { readonly kind: 'reset'; readonly at: number }
  /** The same after so many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Answers in place of the store. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Without CORS headers a page sees no status at all. @default true */
      readonly cors?: boolean;
      /** Answers before the body has come, and closes: what an early 403 looks like. */
      readonly early?: boolean;
      /** Answers once the store has done its work, whose own answer is dropped. */
      readonly done?: boolean;
    }
  /** Lets the store do its work, then resets the connection in place of the answer. */
  | { readonly kind: 'lose-reply' }
  /** Takes the whole body and never answers. */
  | { readonly kind: 'stall' }
  /** Takes so many bytes, reads no more, and never answers. */
  | { readonly kind: 'freeze'; readonly afterBytes: number }
  /** Lets the store do its work, sends the head of its answer, and never the body that it promises. */
  | { readonly kind: 'head-only' }
  /** Flips the lowest bit of one byte of the body on its way to the store. */
  | { readonly kind: 'flip-bit'; readonly atByte: number }
  /** Ends the body towards the store after so many bytes. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Changes the head of the store's answer; names are in lower case. */
  | {
      readonly kind: 'edit';
      readonly headers: (headers: Readonly<Record<string, string>>) => Record<string, string>;
    }
  /** Lets the store do its work and answers something else. */
  | {
      readonly kind: 'replace-body';
      readonly status?: number;
      readonly contentType?: string;
      /** Or what is made of the store's own answer. */
      readonly body: string | ((answered: string) => string);
    };

export interface Rule {
  readonly when?: Matcher;
  readonly fault: Fault;
  /** How many requests it meets; `Infinity` for as long as `forMs` or the test lasts. @default 1 */
  readonly times?: number;
  /** Requests that match and are let through before the first one is met. @default 0 */
  readonly skip?: number;
  /** Lasts so long from the first request that it meets (then `times` is `Infinity` by default). */
  readonly forMs?: number;
}

/** A rule at work. Times are those of `performance.now()` in the rig's process. */
export interface FaultHandle {
  readonly hits: number;
  /** Settles when the first request is met. */
  readonly begun: Promise<void>;
  /** When its last effect was over; undefined while it may still meet a request. */
  readonly endedAt: number | undefined;
  /** Ends it now; it is taken to have been over since its last effect. */
  end(): void;
}

/** A rule with its lifetime; the proxy asks `meet` for every request. */
export class ActiveRule implements FaultHandle {
  readonly rule: Rule;
  readonly begun: Promise<void>;
  hits = 0;
  #begin: () => void = () => undefined;
  #skipped = 0;
  #running = 0;
  #firstHitAt: number | undefined;
  #endedAt: number | undefined;
  #lastEffectAt: number | undefined;

  constructor(rule: Rule) {
    this.rule = rule;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  get endedAt(): number | undefined {
    if (this.#endedAt !== undefined) return this.#endedAt;
    if (this.#firstHitAt !== undefined && this.rule.forMs !== undefined) {
      const end = this.#firstHitAt + this.rule.forMs;
      return performance.now() >= end ? end : undefined;
    }
    return this.#isSpent && this.#running === 0 ? this.#lastEffectAt : undefined;
  }

  /** Takes the request if the rule still lasts and means it. */
  meet(request: RequestFacts): boolean {
    if (this.#endedAt !== undefined || this.#isSpent || this.endedAt !== undefined) return false;
    if (!matches(this.rule.when ?? {}, request)) return false;
    if (this.#skipped < (this.rule.skip ?? 0)) {
      this.#skipped += 1;
      return false;
    }
    this.hits += 1;
    this.#running += 1;
    this.#firstHitAt ??= performance.now();
    this.#begin();
    return true;
  }

  /** One request's share of the fault is over. */
  effectOver(): void {
    this.#running -= 1;
    this.#lastEffectAt = performance.now();
  }

  end(): void {
    this.#endedAt ??= (this.#running === 0 && this.#lastEffectAt) || performance.now();
  }

  get #isSpent(): boolean {
    const times = this.rule.times ?? (this.rule.forMs === undefined ? 1 : Infinity);
    return this.hits >= times;
  }
}

function matches(matcher: Matcher, request: RequestFacts): boolean {
  if (
    matcher.method === undefined ? request.method === 'OPTIONS' : matcher.method !== request.method
  )
    return false;
  if (matcher.path && !matcher.path.test(request.url.pathname)) return false;
  if (matcher.query && !matcher.query.test(request.url.search)) return false;
  if (matcher.part !== undefined && matcher.part !== request.partNumber) return false;
  return matcher.where?.(request) ?? true;
}
