/** Where the CORS rules of a bucket are read and written. */
import type { Bucket } from '../bucket.ts';
import { getBucketCors, putBucketCors } from './bucket-cors.ts';
import type { CorsRule } from './rules.ts';

/** Reads and writes all rules of one bucket. Rules that were read are written back as they came. */
export interface RulesPlace {
  read(): Promise<readonly CorsRule[]>;
  write(rules: readonly CorsRule[]): Promise<void>;
}

/** The rules by S3's own API. @throws StoreError, from both. */
export function rulesByS3({ control }: Bucket): RulesPlace {
  return {
    read: () => getBucketCors(control),
    write: (rules) => putBucketCors(control, rules),
  };
}
