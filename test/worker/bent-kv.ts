/**
 * A KV as bad as the real one may be: reads a minute behind, misses cached too, one write a second
 * to a key, and days on which nothing works.
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/
 */
import type { KV } from '../../worker/ledger.ts';
import type { Bend, Seen } from './bend.ts';

export function bentKV(kv: KV, bend: () => Bend, seen: Seen): KV {
  const cached = new Map<string, string | null>();
  const written = new Map<string, number>();

  return {
    async get(key) {
      seen.kv.push(`get ${key}`);
      const { kv: mode, kvText } = bend();
      if (mode === 'reads-fail' || mode === 'all-fails') throw new Error('KV GET failed: 500');
      const now = kvText ?? (await kv.get(key));
      if (mode !== 'stale') return now;
      // The first look, misses too, is what this place believes from then on.
      if (!cached.has(key)) cached.set(key, null);
      return cached.get(key) ?? null;
    },
    async put(key, value, options) {
      seen.kv.push(`put ${key}`);
      const mode = bend().kv;
      if (mode === 'puts-fail' || mode === 'all-fails') throw new Error('KV PUT failed: 500');
      const last = written.get(key) ?? -Infinity;
      if (mode === 'one-write-a-second' && Date.now() - last < 1000) {
        throw new Error('KV PUT failed: 429 Too Many Requests');
      }
      written.set(key, Date.now());
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
