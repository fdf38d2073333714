/** Settings of the store: where it is, what kind it is, and how the Worker signs for it. */
import type { Setting } from './setting.ts';

export const STORE_SETTINGS = [
  {
    name: 'S3_BUCKET',
    meaning: 'The bucket that files are uploaded to. Required.',
    default: null,
    example: 'my-uploads',
  },
  {
    name: 'S3_ENDPOINT',
    meaning:
      'Address at which the Worker reaches the store. `{bucket}` marks the place of the bucket.',
    default: 'Amazon’s endpoint for S3_REGION',
    example: 'https://ACCOUNT.r2.cloudflarestorage.com',
  },
  {
    name: 'S3_PUBLIC_ENDPOINTS',
    meaning: 'Addresses to which browsers send parts. Each hostname is a lane of six connections.',
    default: 'S3_ENDPOINT',
    example: 'https://s3.eu-west-1.amazonaws.com, https://s3.dualstack.eu-west-1.amazonaws.com',
  },
  {
    name: 'S3_REGION',
    meaning: 'The bucket’s region.',
    default:
      'from the host of S3_ENDPOINT (AWS, B2, Scaleway, Wasabi), otherwise from the profile: us-east-1, or auto for R2',
    example: 'eu-west-1',
  },
  {
    name: 'S3_PROFILE',
    meaning:
      'The kind of store: aws, minio, r2, r2-local, ceph, swift, garage, scaleway, b2, generic.',
    default: 'detected from the endpoint’s host, otherwise generic',
    example: 'minio',
  },
  {
    name: 'S3_STYLE',
    meaning: 'How the bucket is named in URLs: path or virtual (as a subdomain).',
    default: 'from the profile',
    example: 'path',
  },
  {
    name: 'S3_ABORTS_AFTER',
    meaning:
      'How long the store keeps an unfinished upload, or never: the days of the bucket’s lifecycle rule for incomplete multipart uploads, or MinIO’s stale_uploads_expiry. Pages warn of files that cannot arrive within it. Amazon S3 says it by itself.',
    default: '24h on MinIO, 7d on R2, otherwise never',
    example: '7d',
  },
  {
    name: 'S3_ACCESS_KEY_ID',
    meaning: 'Access key that may put, read and delete objects in the bucket. Required.',
    default: null,
    example: 'AKIA…',
    secret: true,
  },
  {
    name: 'S3_SECRET_ACCESS_KEY',
    meaning: 'Secret of the access key. Required.',
    default: null,
    example: '(40 characters)',
    secret: true,
  },
  {
    name: 'S3_SESSION_TOKEN',
    meaning: 'Session token. Only for temporary credentials.',
    default: null,
    example: '(long)',
    secret: true,
  },
  {
    name: 'S3_ROLE_ARN',
    meaning:
      'Role to sign with. The Worker assumes it through STS, limits its rights to this bucket and KEY_PREFIX, and renews its keys. AWS, MinIO and Ceph.',
    default: '(the keys themselves)',
    example: 'arn:aws:iam::123456789012:role/uploader',
  },
  {
    name: 'S3_STS_ENDPOINT',
    meaning: 'STS endpoint.',
    default: 'Amazon’s endpoint for S3_REGION; otherwise S3_ENDPOINT',
    example: 'https://sts.eu-west-1.amazonaws.com',
  },
  {
    name: 'S3_ROLE_SESSION',
    meaning: 'Lifetime of the role’s keys, 15m to 12h. No signed URL lives longer.',
    default: '1h',
    example: '4h',
  },
  {
    name: 'S3_R2_SESSION',
    meaning:
      'Sign with temporary keys that give access to this bucket and KEY_PREFIX only. This is their lifetime, 15m to 7d; no signed URL lives longer. Cloudflare R2, which has no roles. Not tried on the real R2 yet: see docs/security.md.',
    default: '(the keys themselves)',
    example: '1h',
  },
] as const satisfies readonly Setting[];
