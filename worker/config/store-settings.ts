/** Settings of the store: where it is, what kind it is, and how the Worker signs for it. */
import type { Setting } from './setting.ts';

export const STORE_SETTINGS = [
  {
    name: 'S3_BUCKET',
    meaning: 'The bucket that files go to. Needed.',
    default: null,
    example: 'my-uploads',
  },
  {
    name: 'S3_ENDPOINT',
    meaning: 'Where the store answers the Worker; `{bucket}` in it says where the bucket goes.',
    default: 'Amazon’s, of S3_REGION',
    example: 'https://ACCOUNT.r2.cloudflarestorage.com',
  },
  {
    name: 'S3_PUBLIC_ENDPOINTS',
    meaning: 'Where browsers send parts; each hostname is a lane of six connections.',
    default: 'S3_ENDPOINT',
    example: 'https://s3.eu-west-1.amazonaws.com, https://s3.dualstack.eu-west-1.amazonaws.com',
  },
  {
    name: 'S3_REGION',
    meaning: 'The bucket’s region.',
    default: 'of the profile: us-east-1, or auto for R2',
    example: 'eu-west-1',
  },
  {
    name: 'S3_PROFILE',
    meaning:
      'The kind of store: aws, minio, r2, r2-local, ceph, swift, garage, scaleway, b2, generic.',
    default: 'by the endpoint’s host, else generic',
    example: 'minio',
  },
  {
    name: 'S3_STYLE',
    meaning: 'How the bucket is named in URLs: path or virtual (as a subdomain).',
    default: 'of the profile',
    example: 'path',
  },
  {
    name: 'S3_ACCESS_KEY_ID',
    meaning: 'Key that may put, read and delete objects of the bucket. Needed.',
    default: null,
    example: 'AKIA…',
    secret: true,
  },
  {
    name: 'S3_SECRET_ACCESS_KEY',
    meaning: 'Its secret. Needed.',
    default: null,
    example: '(40 characters)',
    secret: true,
  },
  {
    name: 'S3_SESSION_TOKEN',
    meaning: 'Where the key is of a session.',
    default: null,
    example: '(long)',
    secret: true,
  },
  {
    name: 'S3_ROLE_ARN',
    meaning:
      'A role to sign with, by STS: its rights are cut down to this bucket and KEY_PREFIX, and its keys are renewed. AWS, MinIO, Ceph.',
    default: '(the keys themselves)',
    example: 'arn:aws:iam::123456789012:role/uploader',
  },
  {
    name: 'S3_STS_ENDPOINT',
    meaning: 'Where STS answers.',
    default: 'Amazon’s, of S3_REGION; else S3_ENDPOINT',
    example: 'https://sts.eu-west-1.amazonaws.com',
  },
  {
    name: 'S3_ROLE_SESSION',
    meaning: 'How long the keys of the role live, 15m to 12h. No signed URL lives longer.',
    default: '1h',
    example: '4h',
  },
] as const satisfies readonly Setting[];
