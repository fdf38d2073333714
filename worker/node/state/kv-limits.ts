/**
 * The limits of Workers KV, which every state enforces: what works with one works with all.
 * https://developers.cloudflare.com/kv/platform/limits/
 */
const MAX_KEY_BYTES = 512;
const MAX_METADATA_BYTES = 1024;
const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MIN_TTL_SECONDS = 60;
/** Keys in one bulk read. */
const MAX_KEYS = 100;
/** Keys on one page of a list. */
const MAX_PAGE = 1000;

/** A value with its options, as text that a database can store. */
export interface StoredEntry {
  readonly value: string;
  /** JSON, or null if there is no metadata. */
  readonly metadata: string | null;
  /** Seconds since the epoch, or null if the entry does not expire. */
  readonly expiration: number | null;
}

/** @throws TypeError or RangeError for a key that Workers KV refuses. */
export function checkKey(key: string): string {
  if (key === '' || key === '.' || key === '..') {
    throw new TypeError(`KV: ${JSON.stringify(key)} is not allowed as a key.`);
  }
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new RangeError(`KV: the key is longer than ${MAX_KEY_BYTES} bytes.`);
  }
  return key;
}

/** @throws RangeError for more keys than Workers KV reads at once. */
export function checkKeys(keys: readonly string[]): readonly string[] {
  if (keys.length > MAX_KEYS) throw new RangeError(`KV: at most ${MAX_KEYS} keys at once.`);
  keys.forEach(checkKey);
  return keys;
}

/**
 * @param now milliseconds since the epoch.
 * @throws RangeError for a value, metadata or an expiration that Workers KV refuses.
 */
export function checkEntry(
  value: string,
  options: { readonly expiration?: number; readonly metadata?: unknown },
  now: number,
): StoredEntry {
  const { expiration = null } = options;
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new RangeError(`KV: the value is longer than ${MAX_VALUE_BYTES} bytes.`);
  }
  const metadata = JSON.stringify(options.metadata ?? null);
  if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES) {
    throw new RangeError(`KV: the metadata is longer than ${MAX_METADATA_BYTES} bytes.`);
  }
  if (expiration !== null && !isFarEnough(expiration, now)) {
    throw new RangeError(
      `KV: the expiration must be a whole number of seconds, at least ${MIN_TTL_SECONDS} from now.`,
    );
  }
  return { value, metadata: metadata === 'null' ? null : metadata, expiration };
}

/** @throws RangeError for a page size that Workers KV refuses. */
export function checkLimit(limit = MAX_PAGE): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return limit;
  throw new RangeError(`KV: the limit of a list must be from 1 to ${MAX_PAGE}.`);
}

/** The clock may be between two seconds, but an expiration may not. */
function isFarEnough(expiration: number, now: number): boolean {
  return Number.isInteger(expiration) && expiration >= Math.floor(now / 1000) + MIN_TTL_SECONDS;
}
