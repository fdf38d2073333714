/** What a test may bend in the Worker's world, and what it can see of it. */
import type { PolicyAction } from '../../worker/context.ts';
import type { UploadEvent } from '../../worker/hooks.ts';
import type { Narrowing } from '../../worker/policy/policy.ts';

export interface Bend {
  /** Added to the signer's clock; what it signs stays in the store's time. */
  readonly clockMs?: number;
  /** Added to every clock in the Worker. */
  readonly everyClockMs?: number;
  /**
   * `stale`: reads answer what was there before the last write. `minute-behind`: reads and lists
   * answer what was there a minute ago, by the signer's clock.
   */
  readonly kv?:
    | 'stale'
    | 'minute-behind'
    | 'puts-fail'
    | 'reads-fail'
    | 'all-fails'
    | 'second-write-refused';
  /** Records hold this instead of what was written. */
  readonly kvText?: string;
  /** Of calls to the store whose method and URL match, in order. */
  readonly store?: readonly StoreFault[];
  /** The policy hook refuses this. */
  readonly deny?: PolicyAction;
  /** What the policy hook answers. */
  readonly narrow?: Narrowing;
}

export interface StoreFault {
  /** `POST ?uploadId`, say: a method and a piece of the URL. */
  readonly on: readonly [method: string, piece: string];
  /** How many times; for ever by default. */
  readonly times?: number;
  /** `before`: nothing is done. `after`: it is done, and the answer is lost. */
  readonly cut?: 'before' | 'after';
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Done first, then this is answered instead. */
  readonly done?: boolean;
}

export interface Seen {
  readonly events: UploadEvent[];
  readonly log: string[];
  /** `put u:…`, `get u:…` */
  readonly kv: string[];
  /** Of each put, in seconds since the epoch; null: never. */
  readonly kvExpirations: (number | null)[];
  /** `POST /path?query` of each call to the store. */
  readonly store: string[];
}
