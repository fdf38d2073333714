/** The Worker's only way to the store: every request to S3, sent or signed, comes from a `Store`. */
import { createControl } from './requests/control.ts';
import { completeMultipart } from './requests/complete-multipart.ts';
import { listParts } from './requests/list-parts.ts';
import { listUploads } from './requests/list-uploads.ts';
import { abortMultipart, createMultipart } from './requests/multipart.ts';
import { head, remove } from './requests/objects.ts';
import { createRelay } from './requests/relay.ts';
import { createSigning } from './signing/sign.ts';
import type { Store, StoreConfig } from './types.ts';

export type * from './types.ts';

/**
 * One bucket. It is cheap to make and keeps only caches, so make one per request or keep it.
 *
 * @throws EndpointError for an invalid endpoint or bucket.
 */
export function createStore(config: StoreConfig): Store {
  const { profile } = config;
  const control = createControl(config);
  return {
    profile,
    bucket: config.bucket,
    ...createSigning(config),
    createMultipart: (key, attributes) => createMultipart(control, profile, key, attributes),
    listParts: (key, uploadId) => listParts(control, profile, key, uploadId),
    completeMultipart: (key, uploadId, request) =>
      completeMultipart(control, profile, key, uploadId, request),
    abortMultipart: (key, uploadId) => abortMultipart(control, profile, key, uploadId),
    listUploads: (prefix) => listUploads(control, profile, prefix),
    head: (key) => head(control, profile, key),
    remove: (key) => remove(control, key),
    ...createRelay(config),
  };
}
