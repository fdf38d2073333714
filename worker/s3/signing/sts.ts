/**
 * Keys of a role, by STS AssumeRole. They expire, and with a session policy they give access to the
 * bucket and prefix only. AWS, MinIO and Ceph support it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import type { Credentials, CredentialSource } from './credentials.ts';
import { StoreError } from '../requests/errors.ts';
import { exchange, persist, type Answer, type Outcome } from '../requests/exchange.ts';
import { DEFAULT_RETRY, type RetryPolicy } from '../requests/retry.ts';
import { readXml } from '../requests/xml.ts';

/** Which role to assume, and with which keys. */
export interface RoleConfig {
  /** `arn:aws:iam::123456789012:role/uploader`; MinIO accepts any. */
  readonly roleArn: string;
  /** `https://sts.eu-west-1.amazonaws.com`; MinIO and Ceph answer on the store's own endpoint. */
  readonly endpoint: string;
  readonly region: string;
  /** The long-lived keys that may assume the role. */
  readonly credentials: Credentials;
  /** From `sessionPolicy`: limits the role's rights. */
  readonly policy: string;
  /** 900 to 43,200 seconds. Default: an hour, which is the maximum for chained roles. */
  readonly sessionSeconds?: number;
  /**
   * Keys that expire sooner than this are renewed, so that URLs signed with them are valid for their
   * full time. Default: a third of the session.
   */
  readonly renewBeforeSeconds?: number;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly retry?: RetryPolicy;
}

/** Additional rights. Ask only for those that the settings use, because stores refuse unknown ones. */
export interface MoreRights {
  readonly acl?: boolean;
  readonly tags?: boolean;
  /** Encryption by KMS (AWS): the key's ARN, or `*`. */
  readonly kms?: string;
}

/**
 * The rights that uploads under `prefix` need, and no more. ListBucket makes HEAD of a missing object
 * answer 404 instead of 403; for this purpose it cannot be limited to a prefix.
 * ListBucketMultipartUploads finds orphaned uploads.
 */
export function sessionPolicy(bucket: string, prefix: string, more: MoreRights = {}): string {
  const objects = [
    's3:PutObject',
    's3:GetObject',
    's3:DeleteObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ];
  if (more.acl === true) objects.push('s3:PutObjectAcl');
  if (more.tags === true) objects.push('s3:PutObjectTagging');
  const statements = [
    allow(objects, `arn:aws:s3:::${bucket}/${prefix}*`),
    allow(['s3:ListBucket', 's3:ListBucketMultipartUploads'], `arn:aws:s3:::${bucket}`),
  ];
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html, on permissions
  if (more.kms !== undefined) {
    statements.push(allow(['kms:GenerateDataKey', 'kms:Decrypt'], more.kms));
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

const allow = (Action: string[], Resource: string): object => ({
  Effect: 'Allow',
  Action,
  Resource: [Resource],
});

/** Values and not promises, because in workerd a request must not await another request's fetch. */
const sessions = new Map<string, Credentials>();

/** Keys of a role. Sessions are shared by all sources of the same role, as long as the isolate lives. */
export function assumeRole(config: RoleConfig): CredentialSource {
  const { roleArn, endpoint, region, policy, credentials: own } = config;
  const now = config.now ?? Date.now;
  const sessionSeconds = config.sessionSeconds ?? 3600;
  const renewBeforeMs = (config.renewBeforeSeconds ?? sessionSeconds / 3) * 1000;
  const name = JSON.stringify([roleArn, endpoint, region, policy, own.accessKeyId, sessionSeconds]);
  const leftMs = (session: Credentials | undefined): number => (session?.expiresAt ?? 0) - now();

  return {
    async get() {
      const session = sessions.get(name);
      if (session !== undefined && leftMs(session) > renewBeforeMs) return session;
      try {
        const renewed = await callSts(config, sessionSeconds, now);
        sessions.set(name, renewed);
        return renewed;
      } catch (thrown) {
        // While STS does not answer, the old keys are used until they expire.
        if (session !== undefined && sessions.get(name) === session && leftMs(session) > 60_000) {
          return session;
        }
        throw thrown;
      }
    },
    refuse(refused) {
      if (sessions.get(name) === refused) sessions.delete(name);
    },
  };
}

async function callSts(
  config: RoleConfig,
  sessionSeconds: number,
  now: () => number,
): Promise<Credentials> {
  const { credentials, region } = config;
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: config.roleArn,
    RoleSessionName: 's3-upload',
    DurationSeconds: String(sessionSeconds),
    Policy: config.policy,
  }).toString();
  return persist(config.retry ?? DEFAULT_RETRY, true, async () => {
    const outcome = await exchange(
      {
        operation: 'AssumeRole',
        method: 'POST',
        url: new URL(config.endpoint).href,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
        timeoutMs: 10_000,
      },
      { credentials, region, service: 'sts' },
      config.fetch ?? ((input, init) => fetch(input, init)),
      now,
    );
    return 'result' in outcome ? readSession(outcome.result) : outcome;
  });
}

function readSession({ body }: Answer): Outcome<Credentials> {
  const root = body === undefined ? undefined : readXml(body);
  const session = root?.all('AssumeRoleResult')[0]?.all('Credentials')[0];
  const accessKeyId = session?.text('AccessKeyId');
  const secretAccessKey = session?.text('SecretAccessKey');
  const sessionToken = session?.text('SessionToken');
  const expiresAt = Date.parse(session?.text('Expiration') ?? '');
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    Number.isNaN(expiresAt)
  ) {
    const code = 'UnreadableAnswer';
    const error = new StoreError({ kind: 'unavailable', operation: 'AssumeRole', code });
    return { fault: { error, again: 'maybe' } };
  }
  return { result: { accessKeyId, secretAccessKey, sessionToken, expiresAt } };
}
