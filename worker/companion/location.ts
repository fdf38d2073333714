/** The location of an object, as S3's `Location` header gives it. It grants no access. */
import type { Store } from '../s3/store.ts';

/** The object's URL, without a signature. */
export async function locationOf(store: Store, key: string): Promise<string> {
  const url = new URL((await store.presignGet(key, { expiresIn: 60 })).url);
  url.search = '';
  return url.href;
}
