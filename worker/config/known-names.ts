/** Refuses names in the environment that are nearly those of settings. */
import { ProblemError } from '../problem.ts';
import { nearest } from '../util/nearest.ts';
import type { Env } from './read-setting.ts';
import type { SettingName } from './settings.ts';

/** Apart from SETTINGS, so that the Worker does not contain the text of their table. */
const NAMES = [
  'S3_BUCKET',
  'S3_ENDPOINT',
  'S3_PUBLIC_ENDPOINTS',
  'S3_REGION',
  'S3_PROFILE',
  'S3_STYLE',
  'S3_ABORTS_AFTER',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'S3_SESSION_TOKEN',
  'S3_ROLE_ARN',
  'S3_STS_ENDPOINT',
  'S3_ROLE_SESSION',
  'S3_R2_SESSION',
  'AUTH',
  'JWT_SECRET',
  'JWT_JWKS_URL',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_COOKIE',
  'JWT_LEEWAY',
  'OWNER_CLAIM',
  'ACCESS_TEAM',
  'ACCESS_AUDIENCE',
  'BASIC_USERS',
  'TOKEN_SECRET',
  'TOKEN_SECRET_PREVIOUS',
  'ALLOWED_ORIGINS',
  'MAX_BYTES',
  'MIN_BYTES',
  'ACCEPT',
  'MAX_FILES',
  'MAX_OPEN_UPLOADS',
  'MAX_TOTAL_BYTES',
  'NAME_PATTERN',
  'KEY_TEMPLATE',
  'DEDUPE',
  'KEY_PREFIX',
  'METADATA',
  'SET_METADATA',
  'ACL',
  'DISPOSITION',
  'CACHE_CONTROL',
  'TAGS',
  'STORAGE_CLASS',
  'SSE',
  'SSE_KMS_KEY_ID',
  'CHECKSUM',
  'VERIFY_MAX_BYTES',
  'VERIFY_STEP_BYTES',
  'FORMS',
  'SINGLE_MAX_BYTES',
  'MIN_PART_BYTES',
  'MAX_PART_BYTES',
  'UPLOAD_TTL',
  'UPLOAD_MAX_AGE',
  'URL_TTL',
  'PUBLIC_URL',
  'LINK_TTL',
  'KEEP_FOR',
  'REMOVABLE',
  'WORKERS_PLAN',
  'UPKEEP_REQUESTS',
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
  'WEBHOOK_EVENTS',
  'WEBHOOK_LINK_TTL',
  'RELAY',
  'COMPANION',
  'PUBLIC',
  'INLINE_TYPES',
] as const satisfies readonly SettingName[];

/** Two, because `AWS_REGION` is three away from `S3_REGION`. */
const MAX_DISTANCE = 2;
/** A shorter name, such as `OAUTH`, is near to another one by chance. */
const LEAST_LENGTH = 6;
/** One error in so many characters at most: `ACCESS` is two away from `ACCEPT`. */
const CHARACTERS_PER_ERROR = 4;

/** The name of every setting. */
export const SETTING_NAMES: readonly SettingName[] = NAMES;

/**
 * An environment may have variables for other code, so only names that are near to a setting's are
 * refused: whoever wrote `MAX_BYTE` would find out only when a file is too large.
 *
 * @throws ProblemError `misconfigured`, naming both.
 */
export function assertKnownNames(env: Env): void {
  const known = new Set<string>(NAMES);
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string' || known.has(name) || name.length < LEAST_LENGTH) continue;
    const errors = Math.min(MAX_DISTANCE, Math.floor(name.length / CHARACTERS_PER_ERROR));
    const meant = nearest(name, NAMES, errors);
    if (meant === undefined) continue;
    throw new ProblemError(
      'misconfigured',
      `There is no setting ${name.slice(0, 64)}. Did you mean ${meant}?`,
    );
  }
}
