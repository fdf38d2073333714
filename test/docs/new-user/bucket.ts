/**
 * An empty bucket, as a new user has it: on the store that the environment names, otherwise the one of
 * a local R2.
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { createControl } from '../../../worker/s3/requests/control.ts';
import { localR2, storeFromEnvironment } from '../../worker/s3/stores.ts';

/** A bucket, and the settings that name it. */
export interface NewBucket {
  readonly profile: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Removes the objects with these keys, and the bucket. */
  remove(keys: readonly string[]): Promise<void>;
}

export async function newBucket(): Promise<NewBucket> {
  const real = storeFromEnvironment();
  const { running } = await (real ?? localR2).start();
  const { config, credentials } = running;
  const { profile, endpoint } = config;
  const bucket = real === undefined ? config.bucket : `new-user-${randomUUID()}`;
  const control = createControl({ ...config, bucket });
  const send = (method: 'PUT' | 'DELETE', key: string | null): Promise<undefined> =>
    control({
      operation: `${method} ${key ?? 'bucket'}`,
      method,
      key,
      idempotent: true,
      read: () => ({ result: undefined }),
    });
  if (real !== undefined) await send('PUT', null);
  return {
    profile: profile.name,
    settings: {
      S3_PROFILE: profile.name,
      S3_ENDPOINT: endpoint,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    remove: async (keys) => {
      for (const key of keys) await send('DELETE', key);
      if (real !== undefined) await send('DELETE', null);
    },
  };
}

/** The name of the store that the tests run on. */
export function storeName(): string {
  return process.env['S3_PROFILE'] ?? 'local R2';
}
