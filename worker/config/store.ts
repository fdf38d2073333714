/** Reads the store's settings from the Worker's environment. */
import { credentialsFrom } from './credentials.ts';
import { either, wrong, type Reader } from './read-setting.ts';
import type { ChecksumAlgorithm } from '../protocol.ts';
import { EndpointError } from '../s3/endpoint.ts';
import type { Profile, ProfileName } from '../s3/profile.ts';
import { isProfileName, PROFILES } from '../s3/profiles.ts';
import { createStore, type Store, type StoreConfig } from '../s3/store.ts';

/** @throws ProblemError `misconfigured`, naming the setting. */
export function storeFrom(read: Reader): Store {
  const config = storeConfigFrom(read);
  try {
    return createStore(config);
  } catch (error) {
    if (error instanceof EndpointError)
      return wrong('S3_ENDPOINT', `does not go with S3_BUCKET and S3_STYLE: ${error.message}`);
    throw error;
  }
}

/**
 * The address and the credentials of the bucket.
 *
 * @throws ProblemError `misconfigured`, naming the setting.
 */
export function storeConfigFrom(read: Reader): StoreConfig {
  const profile = { ...profileFrom(read), ...staleAfterFrom(read) };
  const named = read.text('S3_ENDPOINT');
  if (named === undefined && profile.name !== 'aws') wrong('S3_ENDPOINT', 'is missing');
  const ofProfile = read.text('S3_REGION') ?? profile.defaultRegion;
  const endpoint = named ?? `https://s3.${ofProfile}.amazonaws.com`;
  const publicEndpoints = read.list('S3_PUBLIC_ENDPOINTS');
  const bucket = bucketFrom(read);
  const region = regionFrom(read, endpoint) ?? profile.defaultRegion;
  assertWithoutBucket('S3_ENDPOINT', endpoint, bucket);
  for (const one of publicEndpoints) assertWithoutBucket('S3_PUBLIC_ENDPOINTS', one, bucket);
  return {
    profile,
    endpoint,
    bucket,
    region,
    style: read.choice('S3_STYLE', ['path', 'virtual'] as const) ?? profile.defaultStyle,
    credentials: credentialsFrom(read, profile, endpoint, region),
    ...(publicEndpoints.length > 0 && { publicEndpoints }),
  };
}

/** Zonal endpoints and signatures of a session, which directory buckets need, are not implemented. */
function bucketFrom(read: Reader): string {
  const bucket = read.needed('S3_BUCKET');
  return bucket.endsWith('--x-s3')
    ? wrong('S3_BUCKET', 'names a bucket of S3 Express One Zone, which is not supported yet')
    : bucket;
}

/** Otherwise objects would be stored in `bucket/bucket/…`, or under `bucket/` in the bucket. */
function assertWithoutBucket(
  name: 'S3_ENDPOINT' | 'S3_PUBLIC_ENDPOINTS',
  endpoint: string,
  bucket: string,
): void {
  const { hostname = '', pathname = '' } = URL.parse(endpoint) ?? {};
  const inHost = hostname.startsWith(`${bucket}.`);
  if (
    endpoint.includes('{bucket}') ||
    (!inHost && pathname.replace(/\/+$/, '').split('/').at(-1) !== bucket)
  )
    return;
  const where = inHost ? 'host' : 'path';
  wrong(
    name,
    `has the name of the bucket in its ${where}, where it is added: leave it out, or write {bucket} in its place`,
  );
}

/** Hosts that name the region: https://docs.aws.amazon.com/general/latest/gr/s3.html and others. */
const REGIONAL_HOST =
  /(?:^|\.)s3(?:-fips)?[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+(?:-\d+)?)\.(?:amazonaws\.com(?:\.cn)?|backblazeb2\.com|scw\.cloud|wasabisys\.com)$/;

function regionFrom(read: Reader, endpoint: string): string | undefined {
  const region = read.text('S3_REGION');
  const { hostname = '' } = URL.parse(endpoint.replace('{bucket}', 'bucket')) ?? {};
  const [, ofHost] = REGIONAL_HOST.exec(hostname) ?? [];
  if (region === undefined || ofHost === undefined || region === ofHost) return region ?? ofHost;
  return wrong('S3_REGION', `is not ${ofHost}, the region in the host of S3_ENDPOINT`);
}

const CHECKSUMS = ['auto', 'none', 'crc64nvme', 'crc32c', 'md5', 'sha256'] as const;

/**
 * The checksum algorithm for parts. Null: none. Undefined: the best one that the store checks.
 *
 * @throws ProblemError `misconfigured`, naming the setting.
 */
export function checksumFrom(read: Reader): ChecksumAlgorithm | null | undefined {
  const checksum = read.choice('CHECKSUM', CHECKSUMS);
  return checksum === 'none' ? null : checksum === 'auto' ? undefined : checksum;
}

/** Profiles that can be detected from the endpoint's host. */
const HOSTS: readonly (readonly [RegExp, ProfileName])[] = [
  [/\.amazonaws\.com(\.cn)?$/, 'aws'],
  [/\.r2\.cloudflarestorage\.com$/, 'r2'],
  [/\.backblazeb2\.com$/, 'b2'],
  [/\.scw\.cloud$/, 'scaleway'],
];

function profileFrom(read: Reader): Profile {
  const name = read.text('S3_PROFILE');
  if (name !== undefined) {
    return isProfileName(name)
      ? PROFILES[name]
      : wrong('S3_PROFILE', `must be ${either(Object.keys(PROFILES))}`);
  }
  const endpoint = read.text('S3_ENDPOINT');
  if (endpoint === undefined) return PROFILES.aws;
  const host = URL.parse(endpoint.replace('{bucket}', 'bucket'))?.hostname ?? '';
  return PROFILES[HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? 'generic'];
}

/** What the operator says takes precedence over the profile. */
function staleAfterFrom(read: Reader): Partial<Pick<Profile, 'staleAfterSeconds'>> {
  if (read.text('S3_ABORTS_AFTER') === 'never') return { staleAfterSeconds: null };
  const staleAfterSeconds = read.seconds('S3_ABORTS_AFTER');
  return staleAfterSeconds === undefined ? {} : { staleAfterSeconds };
}
