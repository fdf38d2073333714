/**
 * Counts the uploads of one owner, so that limits hold when many requests arrive at once. Workers KV
 * cannot do this, because it may be a minute behind and has no transactions
 * (https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency).
 */

/** Limits over all uploads of one owner; null: no limit. */
export interface Limits {
  /** Uploads in several parts that may be open at once. */
  readonly maxOpen: number | null;
  /** Bytes of all uploads that are open or complete. */
  readonly maxTotalBytes: number | null;
  /** Uploads that may be made with one token of the caller. */
  readonly maxPerGrant: number | null;
}

/** An upload that asks for room. Times are in seconds since the epoch. */
export interface Reservation {
  readonly id: string;
  /** The same for the same file of the same upload, including its checksum. Empty if unknown. */
  readonly mark: string;
  readonly bytes: number;
  /** The upload has several parts, and so counts against `maxOpen`. */
  readonly inParts: boolean;
  readonly grant?: string;
  readonly createdAt: number;
  /** When the upload's token expires. */
  readonly expiresAt: number;
  /** Until when its bytes count. */
  readonly countsUntil: number;
}

/** A reservation and what became of it. */
export interface Counted extends Reservation {
  readonly state: 'open' | 'complete' | 'cancelled';
  /** Requests that have reserved room for it and not given it back. Absent: one. */
  readonly attempts?: number;
  /** The sum of all uploads that were created before, in seconds since the epoch; not one upload. */
  readonly sumOfBefore?: number;
}

/** Who asks, and when. One object for one request, in whose order its questions are answered. */
export interface Asker {
  /** Hash of the owner. */
  readonly owner: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** `taken`, or why there is no room. */
export type Verdict =
  | 'taken'
  /** The id belongs to an upload of another name, size, type or checksum. */
  | 'other_file'
  /** The upload has been cancelled. */
  | 'cancelled'
  | 'too_many_files'
  | 'too_many_bytes'
  | 'too_many_open';

/** `complete`: the upload cannot be cancelled any more. `unknown`: there is no proof either way. */
export type Cancelled = 'cancelled' | 'complete' | 'unknown';

/**
 * Where reservations are kept. The Worker uses a Durable Object if one is bound
 * (`durableReservations`), otherwise the isolate's memory (`localReservations`). Methods that call
 * another machine throw a ProblemError `store_unavailable` if it does not answer.
 */
export interface Reservations {
  /**
   * Whether one place decides for all requests of an owner and is told of every upload. The signer then
   * trusts it more than KV.
   */
  readonly exact: boolean;
  /**
   * Reserves room for an upload. An upload that has been counted is not counted twice. The number of
   * open uploads is limited only at Create.
   *
   * @param listed returns the owner's uploads as KV lists them.
   */
  reserve(
    asker: Asker,
    wanted: Reservation,
    limits: Limits,
    action: 'create' | 'complete',
    listed: () => Promise<readonly Counted[]>,
  ): Promise<Verdict>;
  /** Bytes of everything that the owner has, open uploads included. */
  usedBytes(asker: Asker, listed: () => Promise<readonly Counted[]>): Promise<number>;
  /**
   * Marks the upload as complete. False if it was cancelled before; with `always` it is complete
   * nevertheless, because its object exists.
   */
  finish(asker: Asker, upload: Reservation, always: boolean): Promise<boolean>;
  /**
   * Extends an open upload. Its bytes count for as much longer.
   *
   * @returns its state; `open` for one that is not known here.
   */
  extend(asker: Asker, id: string, expiresAt: number): Promise<Counted['state']>;
  /** Cancels the upload unless it is complete. Its bytes count until `countsUntil`. */
  cancel(asker: Asker, id: string, countsUntil: number): Promise<Cancelled>;
  /**
   * Forgets the upload, because its object was removed. With `attempt`, gives back what one `reserve` has
   * taken, because its request failed: the room stays taken while another request for the same upload
   * has it, and for an upload that was cancelled.
   *
   * @param what default: `upload`.
   */
  release(asker: Asker, id: string, what?: 'upload' | 'attempt'): Promise<void>;
}

/** Counts one owner's uploads. */
export class Account {
  readonly #uploads: Map<string, Counted>;
  readonly #save: (id: string, counted: Counted | undefined) => void;

  /** @param save stores a changed upload, or removes it if `counted` is undefined. */
  constructor(
    uploads: Iterable<Counted> = [],
    save: (id: string, counted: Counted | undefined) => void = () => undefined,
  ) {
    this.#uploads = new Map([...uploads].map((counted) => [counted.id, counted]));
    this.#save = save;
  }

  /** Adds uploads that were made before this account existed. */
  add(listed: readonly Counted[]): void {
    for (const counted of listed) {
      if (!this.#uploads.has(counted.id)) this.#set(counted);
    }
  }

  /** Works as `Reservations.reserve` does. `listed` are uploads that this account may not know. */
  reserve(
    wanted: Reservation,
    limits: Limits,
    action: 'create' | 'complete',
    now: number,
    listed: readonly Counted[] = [],
  ): Verdict {
    const own = this.#uploads.get(wanted.id);
    if (own && own.mark !== '' && own.mark !== wanted.mark) return 'other_file';
    if (own?.state === 'cancelled' && action === 'create') return 'cancelled';
    // A complete upload has already been checked, and stays.
    const known = own ?? listed.find(({ id }) => id === wanted.id);
    if (known?.state === 'complete') {
      if (own) this.#set({ ...own, attempts: attemptsOf(own) + 1 });
      return 'taken';
    }
    const others = this.#all(listed).filter(
      ({ id, countsUntil }) => id !== wanted.id && countsUntil > now,
    );
    const verdict = judge(others, wanted, limits, action, now);
    if (verdict === 'taken' && own?.state !== 'cancelled') {
      this.#set({ ...wanted, state: 'open', ...(own && { attempts: attemptsOf(own) + 1 }) });
    }
    return verdict;
  }

  usedBytes(now: number, listed: readonly Counted[] = []): number {
    return this.#all(listed)
      .filter(({ countsUntil }) => countsUntil > now)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  }

  finish(upload: Reservation, always: boolean): boolean {
    const own = this.#uploads.get(upload.id);
    if (own?.state === 'cancelled' && !always) return false;
    const attempts = own?.attempts;
    this.#set({ ...upload, state: 'complete', ...(attempts !== undefined && { attempts }) });
    return true;
  }

  extend(id: string, expiresAt: number): Counted['state'] {
    const own = this.#uploads.get(id);
    if (own?.state === 'open' && own.expiresAt < expiresAt) {
      const countsUntil = own.countsUntil + expiresAt - own.expiresAt;
      this.#set({ ...own, expiresAt, countsUntil });
    }
    return own?.state ?? 'open';
  }

  cancel(id: string, countsUntil: number): Cancelled {
    const own = this.#uploads.get(id);
    if (!own) return 'unknown';
    if (own.state === 'complete') return 'complete';
    this.#set({ ...own, state: 'cancelled', countsUntil });
    return 'cancelled';
  }

  release(id: string, what: 'upload' | 'attempt' = 'upload'): void {
    const own = this.#uploads.get(id);
    if (!own || (what === 'attempt' && own.state === 'cancelled')) return;
    const left = what === 'attempt' ? attemptsOf(own) - 1 : 0;
    if (left > 0) return this.#set({ ...own, attempts: left });
    this.#uploads.delete(id);
    this.#save(id, undefined);
  }

  /** Forgets uploads that have stopped counting and whose token has expired. */
  forget(now: number): void {
    for (const [id, { countsUntil, expiresAt }] of this.#uploads) {
      if (Math.max(countsUntil, expiresAt) <= now) this.release(id);
    }
  }

  /** Each upload once, those that are in a sum included. */
  #all(listed: readonly Counted[]): Counted[] {
    const unknown = listed.filter(({ id }) => !this.#uploads.has(id));
    const { sumOfBefore = 0 } = listed.find((counted) => counted.sumOfBefore !== undefined) ?? {};
    const own = [...this.#uploads.values()].filter(({ createdAt }) => createdAt >= sumOfBefore);
    return [...own, ...unknown];
  }

  #set(counted: Counted): void {
    this.#uploads.set(counted.id, counted);
    this.#save(counted.id, counted);
  }
}

/**
 * Whether there is room besides the other uploads. At Complete, only open uploads that began earlier
 * count: otherwise two uploads that were admitted together would refuse each other.
 */
function judge(
  others: readonly Counted[],
  wanted: Reservation,
  { maxOpen, maxTotalBytes, maxPerGrant }: Limits,
  action: 'create' | 'complete',
  now: number,
): Verdict {
  const counted =
    action === 'create'
      ? others
      : others.filter((other) => other.state === 'complete' || isBefore(other, wanted));
  const { grant } = wanted;
  const ofGrant = counted.filter((other) => other.grant === grant).length;
  if (maxPerGrant !== null && ofGrant >= maxPerGrant) return 'too_many_files';
  const total = counted.reduce((sum, { bytes }) => sum + bytes, wanted.bytes);
  if (maxTotalBytes !== null && total > maxTotalBytes) return 'too_many_bytes';
  const open = counted.filter(
    ({ state, inParts, expiresAt }) => state === 'open' && inParts && expiresAt > now,
  ).length;
  const opens = action === 'create' && wanted.inParts;
  return opens && maxOpen !== null && open >= maxOpen ? 'too_many_open' : 'taken';
}

function attemptsOf({ attempts = 1 }: Counted): number {
  return attempts;
}

function isBefore(one: Reservation, other: Reservation): boolean {
  return one.createdAt === other.createdAt ? one.id < other.id : one.createdAt < other.createdAt;
}
