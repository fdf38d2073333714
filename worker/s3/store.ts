/** The store's side of the Worker: everything that is ever said to S3 goes through a `Store`. */
import { createControl } from './requests/control.ts';
import {
  abortMultipart,
  completeMultipart,
  createMultipart,
  listParts,
  listUploads,
} from './requests/multipart.ts';
import { head, remove } from './requests/objects.ts';
import { createReader } from './requests/read.ts';
import { createRelay } from './requests/relay.ts';
import { createSigning } from './signing/sign.ts';
import type { Store, StoreConfig } from './types.ts';

export type * from './types.ts';

/**
 * One bucket. Costs next to nothing, and holds no state but caches: make one per request or keep it.
 *
 * @throws EndpointError for an endpoint or bucket that cannot be used.
 */
export function createStore(config: StoreConfig): Store {
  const { profile } = config;
  const control = createControl(config);
  return {
    profile,
    bucket: config.bucket,
    ...createSigning(config),
    createMultipart: (key, settings) => createMultipart(control, profile, key, settings),
    listParts: (key, uploadId) => listParts(control, profile, key, uploadId),
    completeMultipart: (key, uploadId, request) =>
      completeMultipart(control, profile, key, uploadId, request),
    abortMultipart: (key, uploadId) => abortMultipart(control, profile, key, uploadId),
    listUploads: (prefix) => listUploads(control, profile, prefix),
    head: (key) => head(control, profile, key),
    remove: (key) => remove(control, key),
    ...createReader(config),
    ...createRelay(config),
  };
}
