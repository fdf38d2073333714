/**
 * Temporary keys for Cloudflare R2, which has no STS: whoever holds the keys of an API token signs them
 * itself. They expire, and give access to one bucket, one prefix and the listed operations only.
 * https://developers.cloudflare.com/r2/api/s3/temporary-credentials/
 */
import { SignJWT } from 'jose';
import type { Credentials, CredentialSource } from './credentials.ts';
import { sha256Hex } from '../../util/digest.ts';

/** Longest lifetime of temporary keys that R2's API allows, in seconds: seven days. */
export const MAX_SESSION_SECONDS = 604_800;

/** Which keys to make, and from what. */
export interface R2SessionConfig {
  /** `https://ACCOUNT_ID.r2.cloudflarestorage.com`, without the bucket. */
  readonly endpoint: string;
  readonly bucket: string;
  /** The keys of objects that the session may use begin with this. Empty: the whole bucket. */
  readonly prefix: string;
  /** The keys of an R2 API token. Its secret signs the session, which has no more rights than it. */
  readonly credentials: Credentials;
  /** At most 604,800. Default: an hour. */
  readonly sessionSeconds?: number;
  /**
   * Keys that expire sooner than this are renewed, so that URLs signed with them are valid for their
   * full time. Default: a third of the session.
   */
  readonly renewBeforeSeconds?: number;
  readonly now?: () => number;
}

/** What the Worker and the pages that it signs for do with the bucket. */
const ACTIONS = [
  'CreateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListMultipartUploads',
  'PutObject',
  'HeadObject',
  'GetObject',
  'DeleteObject',
];

/**
 * Keys of a session that are signed here and renewed before they expire. No request is made for them.
 *
 * @throws TypeError if the endpoint is not a URL.
 */
export function r2Session(config: R2SessionConfig): CredentialSource {
  const { prefix, credentials } = config;
  const now = config.now ?? Date.now;
  const sessionSeconds = config.sessionSeconds ?? 3600;
  const renewBeforeMs = (config.renewBeforeSeconds ?? sessionSeconds / 3) * 1000;
  const { host } = new URL(config.endpoint);
  const [accountId = ''] = host.split('.', 1);
  const claims = {
    bucket: config.bucket,
    scope: 'object-read-write',
    actions: ACTIONS,
    ...(prefix !== '' && { paths: { prefixPaths: [prefix], objectPaths: [] } }),
    sub: accountId,
    iss: credentials.accessKeyId,
    aud: host,
  };
  let session: Credentials | undefined;

  return {
    async get() {
      const current = session;
      if (current !== undefined && (current.expiresAt ?? 0) - now() > renewBeforeMs) return current;
      session = await sign();
      return session;
    },
    refuse(refused) {
      if (session === refused) session = undefined;
    },
  };

  async function sign(): Promise<Credentials> {
    const iat = Math.floor(now() / 1000);
    const exp = iat + sessionSeconds;
    const jwt = await new SignJWT({ ...claims, iat, exp })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(credentials.secretAccessKey));
    return {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: await sha256Hex(jwt),
      sessionToken: btoa(`jwt/${jwt}`),
      expiresAt: exp * 1000,
    };
  }
}
