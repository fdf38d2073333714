/** Reads from the Worker's environment which keys sign. */
import { wrong, type Reader } from './read-setting.ts';
import { cleanPrefix } from '../object/key.ts';
import type { Profile } from '../s3/profile.ts';
import {
  staticCredentials,
  type Credentials,
  type CredentialSource,
} from '../s3/signing/credentials.ts';
import { MAX_SESSION_SECONDS, r2Session } from '../s3/signing/r2-session.ts';
import { assumeRole, sessionPolicy } from '../s3/signing/sts.ts';

const MIN_R2_SESSION_SECONDS = 900;

/**
 * The configured keys, or keys with fewer rights that are made from them: those of a role, or of a
 * session on R2.
 *
 * @throws ProblemError `misconfigured`, naming the setting.
 */
export function credentialsFrom(
  read: Reader,
  profile: Profile,
  endpoint: string,
  region: string,
): CredentialSource {
  const sessionToken = read.text('S3_SESSION_TOKEN');
  const keys = {
    accessKeyId: read.needed('S3_ACCESS_KEY_ID'),
    secretAccessKey: read.needed('S3_SECRET_ACCESS_KEY'),
    ...(sessionToken !== undefined && { sessionToken }),
  };
  const sessionSeconds = read.seconds('S3_R2_SESSION');
  if (sessionSeconds !== undefined && !profile.signsSessions) {
    return wrong('S3_R2_SESSION', `is for Cloudflare R2, and cannot be used on ${profile.name}`);
  }
  if (read.text('S3_ROLE_ARN') !== undefined)
    return roleFrom(read, profile, endpoint, region, keys);
  if (sessionSeconds === undefined) return staticCredentials(keys);
  return r2SessionFrom(read, endpoint, keys, sessionSeconds);
}

function roleFrom(
  read: Reader,
  profile: Profile,
  endpoint: string,
  region: string,
  credentials: Credentials,
): CredentialSource {
  if (!profile.assumeRole) {
    const instead = profile.signsSessions ? ': set S3_R2_SESSION instead' : '';
    return wrong('S3_ROLE_ARN', `cannot be used: a ${profile.name} store has no roles${instead}`);
  }
  const sessionSeconds = read.seconds('S3_ROLE_SESSION');
  const kmsKey = read.text('SSE_KMS_KEY_ID');
  return assumeRole({
    roleArn: read.needed('S3_ROLE_ARN'),
    region,
    credentials,
    endpoint:
      read.text('S3_STS_ENDPOINT') ??
      (profile.name === 'aws' ? `https://sts.${region}.amazonaws.com` : endpoint),
    policy: sessionPolicy(read.needed('S3_BUCKET'), prefixFrom(read), {
      acl: read.text('ACL') !== undefined,
      tags: read.text('TAGS') !== undefined,
      ...(read.text('SSE') === 'aws:kms' && { kms: kmsKey ?? '*' }),
    }),
    ...(sessionSeconds !== undefined && { sessionSeconds }),
  });
}

function r2SessionFrom(
  read: Reader,
  setting: string,
  credentials: Credentials,
  sessionSeconds: number,
): CredentialSource {
  if (credentials.sessionToken !== undefined) {
    return wrong('S3_R2_SESSION', 'needs the keys of an API token: remove S3_SESSION_TOKEN');
  }
  if (sessionSeconds < MIN_R2_SESSION_SECONDS || sessionSeconds > MAX_SESSION_SECONDS) {
    return wrong('S3_R2_SESSION', 'must be 15m to 7d');
  }
  const endpoint = setting.replace('{bucket}.', '');
  if (!/^https?:\/\/[0-9a-f]{32}\./i.test(endpoint)) {
    return wrong('S3_ENDPOINT', 'must begin with the account’s ID, because S3_R2_SESSION is set');
  }
  return r2Session({
    endpoint,
    bucket: read.needed('S3_BUCKET'),
    prefix: prefixFrom(read),
    credentials,
    sessionSeconds,
  });
}

function prefixFrom(read: Reader): string {
  return cleanPrefix(read.text('KEY_PREFIX') ?? '');
}
