/** The canned ACLs that may be set: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
export const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;

export type CannedAcl = (typeof CANNED_ACLS)[number];
