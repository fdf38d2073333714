/**
 * Aborts orphans: multipart uploads that no record knows. Creates of one id that run in parallel, or
 * within the minute that KV may be behind, each open one on the store, and the record has only the last.
 */
import * as v from 'valibot';
import type { Signer } from '../../context.ts';
import { parseJson } from '../../util/parse-json.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { OpenUpload } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';

/**
 * How many orphans may still be aborted in this invocation. Each costs two of the 50 requests that
 * Workers Free allows: https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
export interface AbortBudget {
  left: number;
}

/** Budget of a request that is about one upload. */
export const ABORTS_PER_UPLOAD = 20;

/** Prefix of the KV keys of notes: lists of orphans that have yet to be aborted. */
const NOTE_PREFIX = 'orphans:';
const NOTE_SECONDS = 7 * 86_400;
const Note = v.array(v.object({ key: v.string(), uploadId: v.string() }));

/**
 * Aborts every multipart upload under the keys of `uploads` except their own, as far as `budget`
 * allows, and notes the others for `abortNotedOrphans`. Does nothing if two uploads may have the same
 * key, if the store cannot list uploads, or if the credentials do not allow it. In these cases only a
 * lifecycle rule of the bucket removes orphans.
 *
 * @throws StoreError if the store cannot be asked now.
 */
export async function abortOrphans(
  signer: Signer,
  uploads: readonly Pick<Upload, 'key' | 'multipart'>[],
  budget: AbortBudget = { left: ABORTS_PER_UPLOAD },
): Promise<void> {
  const { kv, log, store } = signer;
  const keyIsItsOwn = !signer.keysMayMeet && !signer.hooks.prepare;
  if (!keyIsItsOwn || uploads.length === 0) return;
  const own = new Map(uploads.map(({ key, multipart }) => [key, multipart?.uploadId]));
  const open = await openUnder(signer, [...own.keys()]);
  const orphans = open.filter(({ key, uploadId }) => own.has(key) && own.get(key) !== uploadId);
  const rest = orphans.splice(Math.max(0, budget.left));
  budget.left -= orphans.length;
  if (rest.length > 0) {
    const expiration = Math.floor(signer.now() / 1000) + NOTE_SECONDS;
    await kv.put(NOTE_PREFIX + crypto.randomUUID(), JSON.stringify(rest), { expiration });
  }
  if (orphans.length > 0) log.info('uploads_aborted', { count: orphans.length, left: rest.length });
  await Promise.all(orphans.map(({ key, uploadId }) => store.abortMultipart(key, uploadId)));
}

/** Aborts orphans as `abortOrphans` does, after the answer. Failures are only logged. */
export async function abortOrphansQuietly(
  ...[signer, ...rest]: Parameters<typeof abortOrphans>
): Promise<void> {
  try {
    await abortOrphans(signer, ...rest);
  } catch (error) {
    signer.log.warn('uploads_not_aborted', { error });
  }
}

/** Aborts the orphans of one note that `abortOrphans` has written. */
export async function abortNotedOrphans(signer: Signer, budget: AbortBudget): Promise<void> {
  const { kv, log, store } = signer;
  if (budget.left <= 0) return;
  try {
    const { keys } = await kv.list({ prefix: NOTE_PREFIX, limit: 1, cursor: null });
    const [name] = keys.map((key) => key.name);
    if (name === undefined) return;
    const noted = v.safeParse(Note, parseJson((await kv.get(name)) ?? ''));
    const orphans = noted.success ? noted.output : [];
    const batch = orphans.splice(0, budget.left);
    budget.left -= batch.length;
    await Promise.all(batch.map(({ key, uploadId }) => store.abortMultipart(key, uploadId)));
    if (orphans.length === 0) return await kv.delete(name);
    const expiration = Math.floor(signer.now() / 1000) + NOTE_SECONDS;
    await kv.put(name, JSON.stringify(orphans), { expiration });
  } catch (error) {
    log.warn('uploads_not_aborted', { error });
  }
}

async function openUnder({ log, store }: Signer, keys: readonly string[]): Promise<OpenUpload[]> {
  const { listUploads } = store.profile;
  if (listUploads === null) return [];
  const prefixes = listUploads === 'prefix' ? [commonPrefix(keys)] : keys;
  try {
    return (await Promise.all(prefixes.map((prefix) => store.listUploads(prefix)))).flat();
  } catch (error) {
    const isUnsupported =
      isStoreError(error, 'misconfigured') || isStoreError(error, 'unsupported');
    if (!isUnsupported) throw error;
    log.warn('uploads_not_listed', { error });
    return [];
  }
}

/** The longest prefix of all keys. */
function commonPrefix(keys: readonly string[]): string {
  const [first = '', ...rest] = keys;
  let length = first.length;
  for (const key of rest) {
    while (!key.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
