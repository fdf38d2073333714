/** The bucket of the settings, as a command needs it: for its own calls, and as the Worker uses it. */
import { readerOf, type Env } from '../config/read-setting.ts';
import { checksumFrom, storeConfigFrom, storeFrom } from '../config/store.ts';
import { cleanPrefix } from '../object/key.ts';
import { checksumFor } from '../policy/store-fit.ts';
import type { ChecksumAlgorithm } from '../protocol.ts';
import { createControl, type Control } from '../s3/requests/control.ts';
import type { Store, StoreConfig } from '../s3/store.ts';

export interface Bucket {
  readonly name: string;
  /** Where the Worker reaches the store. It contains no credentials. */
  readonly endpoint: string;
  /** For calls with the keys of the settings themselves. */
  readonly config: StoreConfig;
  /** Makes calls with the keys of the settings themselves, even if the Worker assumes a role. */
  readonly control: Control;
  /** As the Worker uses it. */
  readonly store: Store;
  /** The algorithm of the parts' checksums. */
  readonly checksum: ChecksumAlgorithm | null;
  /** A key that no object has, where the Worker may write. */
  freshKey(): string;
}

/** @throws ProblemError `misconfigured`, naming the setting, as the Worker does. */
export function openBucket(settings: Env): Bucket {
  const read = readerOf(settings);
  const store = storeFrom(read);
  // A role is limited to objects, so it may not change the bucket.
  const config = storeConfigFrom(readerOf({ ...settings, S3_ROLE_ARN: '' }));
  const prefix = cleanPrefix(read.text('KEY_PREFIX') ?? '');
  return {
    name: config.bucket,
    endpoint: config.endpoint,
    config,
    control: createControl(config),
    store,
    checksum: checksumFor(store.profile, checksumFrom(read)),
    freshKey: () => `${prefix}s3-upload-check/${crypto.randomUUID()}`,
  };
}
