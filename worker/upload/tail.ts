/**
 * The tail of an upload: bytes that do not fill a part yet. A store takes no part under 5 MiB except
 * the last, and clients may send chunks of any size, so the rest of a chunk waits as a small object
 * beside the upload's own until the next chunk fills the part. It lives at the store because that is
 * the only place that every request sees at once: KV is up to a minute behind, and an isolate's memory
 * may be gone by the next chunk.
 */
import type { Signer } from '../context.ts';
import type { StoredObject } from '../s3/store.ts';
import type { Upload } from './upload.ts';

/** Bytes that belong to the beginning of part `part`. */
export interface Tail {
  readonly part: number;
  readonly bytes: number;
}

const PART = 'part';

/**
 * The tail's key, in the folder of the upload's own key. File names never begin with a dot (see
 * `cleanName`), so no upload can have it, and the mark is known to nobody but the owner.
 */
export function tailKey({ key, mark }: Pick<Upload, 'key' | 'mark'>): string {
  return `${key.slice(0, key.lastIndexOf('/') + 1)}.${mark}.part`;
}

/** The tail that this object is; undefined for an object of something else. */
export function tailOf(upload: Upload, object: StoredObject | undefined): Tail | undefined {
  const part = Number(object?.metadata[PART]);
  if (object?.mark !== upload.mark || !Number.isSafeInteger(part)) return undefined;
  return { part, bytes: object.bytes };
}

/** Replaces the tail. */
export async function writeTail(
  { store, rules }: Signer,
  upload: Upload,
  part: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { sse } = rules.object;
  const settings = {
    // Not the other settings: tags and the storage class are meant for files that stay.
    ...(sse !== undefined && { sse }),
    contentType: 'application/octet-stream',
    mark: upload.mark,
    metadata: { [PART]: String(part) },
    checksum: null,
  };
  await store.sendObject(tailKey(upload), bytes.length, settings, undefined, bytes);
}

/** Removes the tail. It is fine if there is none. */
export async function removeTail({ store }: Signer, upload: Upload): Promise<void> {
  if (upload.chunked) await store.remove(tailKey(upload));
}
