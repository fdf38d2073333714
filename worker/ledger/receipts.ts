/** Receipts of parts, for stores that cannot list parts: what the store answered to the page. */
import * as v from 'valibot';
import { parseJson } from '../util/parse-json.ts';
import { allKeys, type KV } from './kv.ts';
import type { Log } from '../util/log.ts';
import type { PartReceipt } from '../protocol.ts';
import { ownerHash } from './record.ts';
import type { Upload } from '../upload/upload.ts';

const Value = v.array(
  v.object({ number: v.number(), etag: v.string(), checksum: v.exactOptional(v.string()) }),
);

/** Methods never throw. If a receipt is lost, its part is sent again. */
export interface Receipts {
  add(upload: Upload, parts: readonly PartReceipt[]): Promise<void>;
  /** The newest receipt of each part, by number. */
  all(upload: Upload): Promise<PartReceipt[]>;
}

/** @param keepSeconds how long receipts are kept after the upload has expired. */
export function createReceipts(
  kv: KV,
  { log, now }: { readonly log: Log; readonly now: () => number },
  keepSeconds: number,
): Receipts {
  return {
    async add(upload, parts) {
      // Each call has a key of its own, so nothing is read first and no key is written twice in a second.
      const when = now().toString(36).padStart(9, '0');
      try {
        const key = `${await prefixFor(upload)}${when}-${crypto.randomUUID().slice(0, 8)}`;
        await kv.put(key, JSON.stringify(parts), { expiration: upload.expiresAt + keepSeconds });
      } catch (error) {
        log.warn('receipts_not_written', { upload: upload.id, error });
      }
    },
    async all(upload) {
      const newest = new Map<number, PartReceipt>();
      try {
        // Keys are in the order of their times.
        for (const { name } of await allKeys(kv, await prefixFor(upload))) {
          const parsed = v.safeParse(Value, parseJson(await kv.get(name)));
          if (parsed.success) for (const part of parsed.output) newest.set(part.number, part);
        }
      } catch (error) {
        log.warn('receipts_not_read', { upload: upload.id, error });
      }
      return [...newest.values()].sort((a, b) => a.number - b.number);
    },
  };
}

async function prefixFor(upload: Upload): Promise<string> {
  return `p:${await ownerHash(upload.owner)}:${upload.id}:`;
}
