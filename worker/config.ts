/** Options of the signer from the Worker's environment. What each setting means: settings.ts. */
import { authFrom } from './config-auth.ts';
import type { KV } from './ledger.ts';
import type { RulesOptions } from './policy.ts';
import type { PlanLimits } from './protocol.ts';
import { defined, either, readerOf, wrong, type Env, type Reader } from './read-setting.ts';
import { staticCredentials } from './s3/credentials.ts';
import { EndpointError } from './s3/endpoint.ts';
import { isProfileName, PROFILES, type Profile, type ProfileName } from './s3/profiles.ts';
import { createStore, type Store } from './s3/store.ts';
import type { SignerOptions } from './signer.ts';

/**
 * @throws ProblemError `misconfigured`, naming the setting: a Worker that is not told who may call
 *   signs nothing.
 */
export function optionsFrom(env: Env): SignerOptions {
  const read = readerOf(env);
  const authenticate = authFrom(read);
  const secret = read.needed('TOKEN_SECRET', 'set it by `wrangler secret put TOKEN_SECRET`');
  const previous = read.text('TOKEN_SECRET_PREVIOUS');
  const checksum = read.choice('CHECKSUM', [
    'auto',
    'none',
    'crc64nvme',
    'crc32c',
    'md5',
    'sha256',
  ] as const);
  const keepFor = read.text('KEEP_FOR');
  return defined({
    authenticate,
    store: storeFrom(read),
    kv: kvFrom(env),
    tokenSecrets: [secret, ...(previous === undefined ? [] : [previous])] as const,
    origins: originsFrom(read),
    rules: rulesOptionsFrom(read),
    keyTemplate: read.text('KEY_TEMPLATE'),
    checksum: checksum === 'none' ? null : checksum === 'auto' ? undefined : checksum,
    plan: planFrom(read),
    inlineTypes: read.list('INLINE_TYPES'),
    linkSeconds: read.seconds('LINK_TTL'),
    companion: read.flag('COMPANION'),
    keepSeconds: keepFor === 'forever' ? null : read.seconds('KEEP_FOR'),
  });
}

function storeFrom(read: Reader): Store {
  const region = read.text('S3_REGION');
  const profile = profileFrom(read);
  const named = read.text('S3_ENDPOINT');
  if (named === undefined && profile.name !== 'aws') wrong('S3_ENDPOINT', 'is missing');
  const sessionToken = read.text('S3_SESSION_TOKEN');
  const publicEndpoints = read.list('S3_PUBLIC_ENDPOINTS');
  try {
    return createStore({
      profile,
      endpoint: named ?? `https://s3.${region ?? profile.defaultRegion}.amazonaws.com`,
      bucket: read.needed('S3_BUCKET'),
      region: region ?? profile.defaultRegion,
      style: read.choice('S3_STYLE', ['path', 'virtual'] as const) ?? profile.defaultStyle,
      credentials: staticCredentials({
        accessKeyId: read.needed('S3_ACCESS_KEY_ID'),
        secretAccessKey: read.needed('S3_SECRET_ACCESS_KEY'),
        ...(sessionToken !== undefined && { sessionToken }),
      }),
      ...(publicEndpoints.length > 0 && { publicEndpoints }),
    });
  } catch (error) {
    if (error instanceof EndpointError)
      return wrong('S3_ENDPOINT', `cannot be used: ${error.message}`);
    throw error;
  }
}

/** Hosts that tell what they are. */
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

function kvFrom(env: Env): KV {
  const kv = env['UPLOADS'];
  if (isKV(kv)) return kv;
  return wrong('UPLOADS', 'must be a KV namespace bound in wrangler.toml');
}

function isKV(value: unknown): value is KV {
  if (typeof value !== 'object' || value === null) return false;
  return ['get', 'put', 'delete', 'list'].every((method) => method in value);
}

function originsFrom(read: Reader): string[] {
  return read.list('ALLOWED_ORIGINS').map((origin) => {
    if (origin === '*' || URL.parse(origin)?.origin === origin) return origin;
    return wrong('ALLOWED_ORIGINS', 'must be a list of origins such as https://app.example.com');
  });
}

function rulesOptionsFrom(read: Reader): RulesOptions {
  return defined({
    maxBytes: read.bytes('MAX_BYTES'),
    minBytes: read.bytes('MIN_BYTES'),
    accept: read.list('ACCEPT'),
    maxFiles: read.count('MAX_FILES'),
    name: read.pattern('NAME_PATTERN'),
    prefix: read.text('KEY_PREFIX'),
    metadata: read.list('METADATA').map((name) => name.toLowerCase()),
    uploadSeconds: read.seconds('UPLOAD_TTL'),
    urlSeconds: read.seconds('URL_TTL'),
    removable: read.flag('REMOVABLE'),
  });
}

function planFrom(read: Reader): Partial<PlanLimits> {
  return defined({
    singleMaxBytes: read.bytes('SINGLE_MAX_BYTES'),
    minPartBytes: read.bytes('MIN_PART_BYTES'),
    maxPartBytes: read.bytes('MAX_PART_BYTES'),
  });
}
