/**
 * Checks what the Worker and pages do with objects: one upload of one byte from Create to the link, and
 * whether the store refuses what a signature does not cover. It removes everything that it stores.
 */
import type { Bucket } from '../../bucket.ts';
import { isStoreError, type StoreError } from '../../../s3/requests/errors.ts';
import { fail, pass, warn, type Note } from '../finding.ts';
import { checkOtherStyle, noteAccess, refusalOf } from './access.ts';
import { attributesOf, completeRequest, put, said, signPart, type Begun } from './one-byte.ts';
import type { TextAnswer } from '../request.ts';
import { checkCondition, checkConditionalPut } from './conditions.ts';
import { checkRequesterPays } from './requester-pays.ts';
import { checkCopyGuard, checkExpiry, checkForm, checkReading, TWO_BYTES } from './safety.ts';
import { PART } from '../../cors/check-upload.ts';

const OTHER_BYTE = new TextEncoder().encode('t');

/** @returns whether uploads can begin, so that it is worth checking the rest. */
export async function checkObjects(bucket: Bucket, note: Note): Promise<boolean> {
  const { store } = bucket;
  const keys: string[] = [];
  const open: Begun[] = [];
  const begin = async (key = bucket.freshKey()): Promise<Begun> => {
    const { uploadId } = await store.createMultipart(key, attributesOf(bucket, key));
    keys.push(key);
    open.push({ key, uploadId });
    return { key, uploadId };
  };
  try {
    const first = await begin();
    noteAccess(bucket, note);
    const sent = await checkParts(bucket, first, note);
    if (sent && (await checkComplete(bucket, first, sent, note))) {
      await checkReading(bucket, first.key, note);
      await checkCopyGuard(bucket, first.key, await begin(), note);
      if (store.profile.conditionalComplete) {
        await checkCondition(bucket, await begin(first.key), note);
      }
      if (store.profile.conditionalPut) await checkConditionalPut(bucket, first.key, note);
    }
    if (store.profile.postPolicy) {
      const key = bucket.freshKey();
      keys.push(key);
      await checkForm(bucket, key, note);
    }
    return true;
  } catch (error) {
    if (!isStoreError(error)) throw error;
    if (keys.length > 0 || !(await foundCause(bucket, error, note))) note(refusalOf(error));
    return false;
  } finally {
    await cleanUp(bucket, keys, open, note);
  }
}

/** What else is wrong if no upload begins: it is said in the place of the store's refusal. */
async function foundCause(bucket: Bucket, error: StoreError, note: Note): Promise<boolean> {
  return (
    (error.code === 'AccessDenied' && (await checkRequesterPays(bucket, note))) ||
    (await checkOtherStyle(bucket, note))
  );
}

/** @returns the store's answer to the part; undefined if it is not stored. */
async function checkParts(
  bucket: Bucket,
  begun: Begun,
  note: Note,
): Promise<TextAnswer | undefined> {
  const { store, checksum } = bucket;
  const signed = await signPart(bucket, begun);
  if (checksum === null) {
    note(
      warn('checksums', 'none are used', 'set CHECKSUM=auto, unless damaged files do not matter'),
    );
  } else if ((await put(signed, OTHER_BYTE))?.ok === true) {
    note(
      fail(
        'checksums',
        `the store keeps a part whose ${checksum} is wrong`,
        'choose the S3_PROFILE of this store, or another CHECKSUM',
      ),
    );
  } else note(pass('checksums', `a part whose ${checksum} is wrong is refused`));
  const longer = await put(signed, TWO_BYTES);
  note(
    longer?.ok === true
      ? fail(
          'signed length',
          'the store takes more bytes than were signed',
          'do not use this store: callers could exceed every limit',
        )
      : pass('signed length', 'more bytes than were signed are refused'),
  );
  await checkExpiry(bucket, begun, note);
  const sent = await put(signed);
  if (sent?.ok === true && !sent.headers.has('etag')) {
    const detail = `something that is not the store answers ${sent.status} at ${new URL(signed.url).host}`;
    note(fail('part', detail, 'check S3_PUBLIC_ENDPOINTS, and the proxy in front of the store'));
    return undefined;
  }
  if (sent?.ok !== true) {
    note(
      fail(
        'part',
        `a signed part is answered ${said(sent)}`,
        'check S3_PUBLIC_ENDPOINTS and S3_STYLE, and a proxy that changes Host, port or path',
      ),
    );
    return undefined;
  }
  note(pass('part', 'a signed part is stored'));
  if (!store.profile.listParts) return sent;
  const parts = await store.listParts(begun.key, begun.uploadId);
  note(
    parts.length === 1 && parts[0]?.bytes === PART.length
      ? pass('ListParts', 'the store lists the part')
      : fail(
          'ListParts',
          'the store does not list the part that it has',
          'choose the S3_PROFILE of this store',
        ),
  );
  return sent;
}

async function checkComplete(
  bucket: Bucket,
  { key, uploadId }: Begun,
  sent: TextAnswer,
  note: Note,
): Promise<boolean> {
  const { store } = bucket;
  await store.completeMultipart(key, uploadId, completeRequest(bucket, sent));
  const object = await store.head(key);
  const isOwn = object?.bytes === PART.length && object.mark === key;
  note(
    isOwn
      ? pass('Complete', 'the object is there, with its size and its metadata')
      : fail(
          'Complete',
          'the object lacks its size or its metadata',
          'check whether a proxy removes x-amz-meta-… headers',
        ),
  );
  return isOwn;
}

/** Tries everything, and says what may be left. */
async function cleanUp(
  { store }: Bucket,
  keys: readonly string[],
  open: readonly Begun[],
  note: Note,
): Promise<void> {
  const left = new Map<string, StoreError>();
  const attempt = async (key: string, work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      left.set(key, error);
    }
  };
  for (const { key, uploadId } of open) await attempt(key, store.abortMultipart(key, uploadId));
  for (const key of new Set(keys)) await attempt(key, store.remove(key));
  const [error] = left.values();
  if (error !== undefined) {
    const { operation, code, advice = 'remove them by hand' } = error;
    const detail = `${operation} is answered ${code}; ${[...left.keys()].join(', ')} may be left`;
    note(fail('clean-up', detail, advice));
  } else if (keys.length > 0) {
    note(pass('clean-up', 'everything that was stored is removed again'));
  }
}
