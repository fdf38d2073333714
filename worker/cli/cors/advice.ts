/** What to do about CORS where the command cannot do it. */
import type { Profile, ProfileName } from '../../s3/profile.ts';

/** Where a store decides about origins, and how an operator changes it. */
interface Elsewhere {
  readonly where: string;
  readonly advice: (origins: readonly string[], bucket: string) => string;
}

const BY_PROFILE: Readonly<Partial<Record<ProfileName, Elsewhere>>> = {
  /** https://min.io/docs/minio/linux/reference/minio-server/settings/core.html */
  minio: {
    where:
      'MinIO has one list for the whole server, MINIO_API_CORS_ALLOW_ORIGIN, and none for a bucket',
    advice: (origins) =>
      `start MinIO with ${origins.join(',')} in MINIO_API_CORS_ALLOW_ORIGIN, beside the origins that it allows now`,
  },
  /** https://docs.openstack.org/swift/latest/cors.html */
  swift: {
    where: 'Swift keeps them in the metadata of its containers, which S3 does not reach',
    advice: (origins, bucket) =>
      `by Swift's own API, set X-Container-Meta-Access-Control-Allow-Origin to "${origins.join(' ')}" and X-Container-Meta-Access-Control-Expose-Headers to "ETag" on the containers ${bucket} and ${bucket}+segments`,
  },
  'r2-local': {
    where: "wrangler's local R2 has none, and answers only pages on localhost and 127.0.0.1",
    advice: () => 'open the page at http://localhost or http://127.0.0.1, or use another bucket',
  },
};

const OTHERWISE: Elsewhere = {
  where: 'this store has none for buckets',
  advice: (origins) =>
    `allow ${origins.join(', ')} in the configuration of the store, or set RELAY=on`,
};

/** Where a store without CORS rules for buckets decides about origins, and what to do there. */
export function elsewhereOn({ name }: Pick<Profile, 'name'>): Elsewhere {
  return BY_PROFILE[name] ?? OTHERWISE;
}

/** What to do if the keys may not change the bucket. */
export const MISSING_RIGHTS =
  'run this once with keys that may (s3:GetBucketCORS and s3:PutBucketCORS; on R2 an Admin token, or `npx wrangler login`) in the environment, or paste this rule in the dashboard of the store';

/** What to do if the bucket has the rule, and a page may not upload all the same. */
export const RULE_HAS_NO_EFFECT =
  'run this again in a minute; if it stays so, a proxy in front of the store, or a wrong address in S3_PUBLIC_ENDPOINTS, answers in its place';
