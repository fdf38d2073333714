/**
 * A KV as bad as the real one may be: reads a minute behind, misses cached too, a write refused that
 * comes too soon after another, and days on which nothing works.
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/
 */
import type { KV } from '../../worker/ledger/ledger.ts';
import type { Key } from '../../worker/ledger/kv.ts';
import type { Bend, Seen } from './bend.ts';

interface Written {
  readonly at: number;
  readonly value: string | null;
  readonly metadata?: unknown;
}

const STALE_MS = 60_000;
const NOTHING: Written = { at: 0, value: null };

export function bentKV(kv: KV, bend: () => Bend, seen: Seen): KV {
  /** What each key held before its last write. */
  const before = new Map<string, string | null>();
  const written = new Map<string, number>();
  /** All that each key has ever held, the oldest first. */
  const history = new Map<string, Written[]>();
  const now = () => Date.now() + (bend().clockMs ?? 0);
  const note = (key: string, value: string | null, metadata?: unknown) =>
    void history.set(key, [...(history.get(key) ?? []), { at: now(), value, metadata }]);
  const aMinuteAgo = (key: string) =>
    history.get(key)?.findLast(({ at }) => at <= now() - STALE_MS) ?? NOTHING;

  return {
    async get(key) {
      seen.kv.push(`get ${key}`);
      const { kv: mode, kvText } = bend();
      if (mode === 'reads-fail' || mode === 'all-fails') throw new Error('KV GET failed: 500');
      if (mode === 'stale') return before.get(key) ?? null;
      if (mode === 'minute-behind') return aMinuteAgo(key).value;
      return kvText ?? kv.get(key);
    },
    async put(key, value, options) {
      seen.kv.push(`put ${key}`);
      seen.kvExpirations.push(options.expiration ?? null);
      const mode = bend().kv;
      if (mode === 'puts-fail' || mode === 'all-fails') throw new Error('KV PUT failed: 500');
      const count = (written.get(key) ?? 0) + 1;
      written.set(key, count);
      if (mode === 'second-write-refused' && count === 2) {
        throw new Error('KV PUT failed: 429 Too Many Requests');
      }
      before.set(key, await kv.get(key));
      note(key, value, options.metadata);
      return kv.put(key, value, options);
    },
    async delete(key) {
      seen.kv.push(`delete ${key}`);
      if (bend().kv === 'all-fails') throw new Error('KV DELETE failed: 500');
      note(key, null);
      return kv.delete(key);
    },
    async list(options) {
      seen.kv.push(`list ${options.prefix}`);
      const mode = bend().kv;
      if (mode === 'reads-fail' || mode === 'all-fails') throw new Error('KV LIST failed: 500');
      if (mode === 'stale') return { keys: [], list_complete: true };
      if (mode !== 'minute-behind') return kv.list(options);
      const keys: Key[] = [...history.keys()]
        .filter((name) => name.startsWith(options.prefix) && aMinuteAgo(name).value !== null)
        .map((name) => ({ name, metadata: aMinuteAgo(name).metadata }));
      return { keys: keys.sort((a, b) => (a.name < b.name ? -1 : 1)), list_complete: true };
    },
  };
}
