/** Reads the headers of objects, and removes objects. */
import type { WholeAlgorithm } from '../../protocol.ts';
import { OBJECT_CHECKSUM_HEADERS } from '../checksums.ts';
import type { Control } from './control.ts';
import { isStoreError, StoreError } from './errors.ts';
import { readEmpty } from './faults.ts';
import { unquote } from '../etag.ts';
import type { Answer, Outcome } from './exchange.ts';
import type { Profile } from '../profile.ts';
import { readMetadata } from '../object-headers.ts';
import type { StoredObject } from '../types.ts';

/** The object under the key; undefined if there is none. */
export async function head(
  control: Control,
  profile: Profile,
  key: string,
): Promise<StoredObject | undefined> {
  const ask = (): Promise<StoredObject> =>
    control({
      operation: 'HeadObject',
      method: 'HEAD',
      key,
      // Stores return checksums only if this header asks for them.
      headers: profile.fullObjectChecksums.length > 0 ? { 'x-amz-checksum-mode': 'ENABLED' } : {},
      idempotent: true,
      read: (answer) => readObject(answer, profile),
    });
  try {
    return await ask().catch(async (thrown: unknown) => {
      if (!isStoreError(thrown, 'unavailable') || thrown.status !== 404) throw thrown;
      await assertExists(control, key);
      return ask();
    });
  } catch (thrown) {
    if (isStoreError(thrown, 'not_found')) return undefined;
    throw isStoreError(thrown) && thrown.status === 403 ? withoutListing(thrown) : thrown;
  }
}

/**
 * Asks by GET after a 404 to HEAD that has no sign of S3, such as that of moto: a proxy's looks the
 * same, and only the error of a GET has a body that tells them apart.
 *
 * @throws StoreError `not_found` if there is no such object.
 */
async function assertExists(control: Control, key: string): Promise<void> {
  try {
    await control({
      operation: 'GetObject',
      method: 'GET',
      key,
      headers: { range: 'bytes=0-0' },
      idempotent: true,
      read: () => ({ result: true }),
    });
  } catch (thrown) {
    // An empty object has no first byte.
    if (!isStoreError(thrown, 'rejected')) throw thrown;
  }
}

/** What the headers of a HEAD or GET say about an object. */
export function readObject(
  { headers }: Pick<Answer, 'headers'>,
  profile: Profile,
): Outcome<StoredObject> {
  const length = headers.get('content-length');
  const etag = unquote(headers.get('etag') ?? '');
  // Every object has an ETag. A portal's page under 200 may have none.
  if (length === null || !/^\d+$/.test(length) || !etag) {
    const code = 'UnreadableAnswer';
    const error = new StoreError({ kind: 'unavailable', operation: 'HeadObject', code });
    return { fault: { error, again: 'maybe' } };
  }
  const lastModified = Date.parse(headers.get('last-modified') ?? '');
  const result: StoredObject = {
    bytes: Number(length),
    etag,
    type: headers.get('content-type') ?? '',
    ...readMetadata(headers),
    checksums: checksumsOf(headers, profile),
    ...(Number.isNaN(lastModified) ? {} : { lastModified }),
  };
  return { result };
}

/** Leaves out composites (`…==-3`), because they cannot be compared with a file. */
function checksumsOf(headers: Headers, profile: Profile): StoredObject['checksums'] {
  const checksums: Partial<Record<WholeAlgorithm, string>> = {};
  // A store that checks whole objects checks whatever it shows; any other may only repeat it.
  const isChecked = (algorithm: WholeAlgorithm) =>
    profile.fullObjectChecksums.length > 0 || profile.checksums.some((one) => one === algorithm);
  for (const [algorithm, header] of OBJECT_CHECKSUM_HEADERS) {
    const value = headers.get(header);
    const isWhole = value !== null && !value.includes('-');
    if (isWhole && isChecked(algorithm)) checksums[algorithm] = value;
  }
  return checksums;
}

/** Adds advice to a 403. Without the right to list, S3 answers HEAD of a missing object with 403 and no body. */
function withoutListing(error: StoreError): StoreError {
  return new StoreError({
    kind: error.kind,
    operation: error.operation,
    code: error.code,
    status: error.status,
    requestId: error.requestId,
    advice: 'the credentials need s3:GetObject on the objects and s3:ListBucket on the bucket',
  });
}

/** Removes the object. It is not an error if there is none. */
export async function remove(control: Control, key: string): Promise<void> {
  try {
    await control({
      operation: 'DeleteObject',
      method: 'DELETE',
      key,
      idempotent: true,
      read: (answer) => readEmpty('DeleteObject', answer),
    });
  } catch (thrown) {
    if (!isStoreError(thrown, 'not_found')) throw thrown;
  }
}
