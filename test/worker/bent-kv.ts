/**
 * A KV as bad as the real one may be: reads a minute behind, misses cached too, a write refused that
 * comes too soon after another, and days on which nothing works.
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/
 */
import type { KV } from '../../worker/ledger.ts';
import type { Bend, Seen } from './bend.ts';

export function bentKV(kv: KV, bend: () => Bend, seen: Seen): KV {
  /** What each key held before its last write. */
  const before = new Map<string, string | null>();
  const written = new Map<string, number>();

  return {
    async get(key) {
      seen.kv.push(`get ${key}`);
      const { kv: mode, kvText } = bend();
      if (mode === 'reads-fail' || mode === 'all-fails') throw new Error('KV GET failed: 500');
      if (mode === 'stale') return before.get(key) ?? null;
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
      return kv.put(key, value, options);
    },
    async delete(key) {
      seen.kv.push(`delete ${key}`);
      if (bend().kv === 'all-fails') throw new Error('KV DELETE failed: 500');
      return kv.delete(key);
    },
    async list(options) {
      seen.kv.push(`list ${options.prefix}`);
      const mode = bend().kv;
      if (mode === 'reads-fail' || mode === 'all-fails') throw new Error('KV LIST failed: 500');
      if (mode === 'stale') return { keys: [], list_complete: true };
      return kv.list(options);
    },
  };
}
