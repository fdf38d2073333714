/** The bucket of the settings, as a command needs it: for its own calls, and as the Worker uses it. */
import { createHash } from 'node:crypto';
import { readerOf, type Env } from '../config/read-setting.ts';
import { checksumFrom, storeConfigFrom, storeFrom } from '../config/store.ts';
import { cleanPrefix } from '../object/key.ts';
import { checksumFor, fallbackFor } from '../policy/store-fit.ts';
import type { ChecksumAlgorithm } from '../protocol.ts';
import { createControl, type Control } from '../s3/requests/control.ts';
import type { Store, StoreConfig } from '../s3/store.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export interface Bucket {
  readonly name: string;
  /** Where the Worker reaches the store. It contains no credentials. */
  readonly endpoint: string;
  /** For calls with the keys of the settings themselves. */
  readonly config: StoreConfig;
  /** Makes calls with the keys of the settings themselves, even if the Worker assumes a role or makes a session. */
  readonly control: Control;
  /** As the Worker uses it. */
  readonly store: Store;
  /** The algorithm of the parts' checksums. */
  readonly checksum: ChecksumAlgorithm | null;
  /** The algorithm that the Worker turns to if the store refuses the other. Null: it does not. */
  readonly fallbackChecksum: ChecksumAlgorithm | null;
  /** A key that no object has, where the Worker may write. */
  freshKey(): string;
}

/** @throws ProblemError `misconfigured`, naming the setting, as the Worker does. */
export function openBucket(settings: Env): Bucket {
  const read = readerOf(settings);
  const store = storeFrom(read);
  // Roles and sessions are limited to objects, so they may not read or change the bucket's rules.
  const own = readerOf({ ...settings, S3_ROLE_ARN: '', S3_R2_SESSION: '' });
  const config = storeConfigFrom(own);
  const prefix = cleanPrefix(read.text('KEY_PREFIX') ?? '');
  return {
    name: config.bucket,
    endpoint: config.endpoint,
    config,
    control: createControl(config),
    store,
    checksum: checksumFor(store.profile, checksumFrom(read)),
    fallbackChecksum: fallbackFor(
      store.profile,
      checksumFrom(read),
      read.text('KEY_TEMPLATE') ?? '',
    ),
    freshKey: () => `${prefix}s3-upload-check/${crypto.randomUUID()}`,
  };
}

/**
 * Replaces all rules of one kind that a bucket has. Stores require an MD5 or another checksum of them.
 *
 * @param subresource `cors` for `PUT ?cors`.
 * @param element what contains the rules, which are elements in XML.
 * @throws StoreError `unsupported` if the store has no rules of this kind.
 */
export async function putRules(
  control: Control,
  operation: string,
  subresource: string,
  element: string,
  rules: readonly string[],
): Promise<void> {
  const body = `<${element} xmlns="${NAMESPACE}">${rules.join('')}</${element}>`;
  await control({
    operation,
    method: 'PUT',
    key: null,
    query: { [subresource]: '' },
    headers: {
      'content-type': 'application/xml',
      'content-md5': createHash('md5').update(body).digest('base64'),
    },
    body,
    idempotent: true,
    read: () => ({ result: undefined }),
  });
}
