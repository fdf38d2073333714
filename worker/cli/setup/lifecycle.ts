/** Adds a lifecycle rule that aborts uploads which nobody finishes. */
import { readerOf, type Env } from '../../config/read-setting.ts';
import { cleanPrefix } from '../../object/key.ts';
import { PROFILES } from '../../s3/profiles.ts';
import { isStoreError, type StoreError } from '../../s3/requests/errors.ts';
import { escapeXml } from '../../s3/requests/xml.ts';
import { putRules, type Bucket } from '../bucket.ts';
import type { Step } from './report.ts';
import type { SetupStep } from './step.ts';

const WHAT = 'lifecycle rule';
const ID = 's3-upload-unfinished';
const DAY_SECONDS = 86_400;
/** As R2 does by default: https://developers.cloudflare.com/r2/buckets/object-lifecycles/ */
const DEFAULT_DAYS = 7;

export const lifecycleStep: SetupStep = async ({ bucket, settings, dryRun, note }) => {
  note({ what: WHAT, ...(await setLifecycle(bucket, settings, dryRun)) });
  return true;
};

async function setLifecycle(
  bucket: Bucket,
  settings: Env,
  dryRun: boolean,
): Promise<Omit<Step, 'what'>> {
  // What the store does by itself, and not what S3_ABORTS_AFTER says that a rule does.
  const { staleAfterSeconds, name } = PROFILES[bucket.store.profile.name];
  if (staleAfterSeconds !== null) {
    const detail = `not needed: the store aborts unfinished uploads after ${staleAfterSeconds / 3600} h`;
    return { status: 'kept', detail };
  }
  try {
    const stored = await readRules(bucket);
    if (stored.some(abortsUploads)) {
      return { status: 'kept', detail: 'there is one that aborts unfinished uploads' };
    }
    const days = daysOf(settings);
    const what = `one that aborts uploads which are unfinished after ${days} days`;
    if (dryRun) return { status: 'planned', detail: `would add ${what}` };
    await writeRules(bucket, [...stored, ruleFor(settings, days)]);
    // Amazon tells the end of each upload in x-amz-abort-date.
    if (name === 'aws' || readerOf(settings).text('S3_ABORTS_AFTER')) {
      return { status: 'done', detail: `added ${what}` };
    }
    return { status: 'done', detail: `added ${what}`, advice: `set S3_ABORTS_AFTER=${days}d` };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return faultOf(error);
  }
}

function faultOf({ code, kind, message }: StoreError): Omit<Step, 'what'> {
  if (code === 'AccessDenied') {
    const advice =
      'run this once with keys that may (s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration) in the environment, or add a rule in the dashboard that aborts incomplete multipart uploads after 7 days';
    return { status: 'failed', detail: message, advice };
  }
  const advice =
    'nothing, as long as the cron trigger (or `s3-upload serve`) runs: it aborts expired uploads';
  const detail =
    kind === 'unsupported' ? 'this store has none for unfinished uploads' : `not added: ${message}`;
  return { status: 'skipped', detail, advice };
}

function abortsUploads(rule: string): boolean {
  return rule.includes('<AbortIncompleteMultipartUpload>') && /<Status>\s*Enabled\s*</.test(rule);
}

/** Later than any upload ends by the settings, because a rule ends also those that move. */
function daysOf(settings: Env): number {
  const read = readerOf(settings);
  const ends = ['S3_ABORTS_AFTER', 'UPLOAD_TTL', 'UPLOAD_MAX_AGE'] as const;
  const set = ends.map((name) => (read.text(name) === 'never' ? undefined : read.seconds(name)));
  if (set[0] !== undefined) return Math.max(1, Math.ceil(set[0] / DAY_SECONDS));
  const longest = Math.max(...set.map((seconds) => seconds ?? 0));
  return Math.max(DEFAULT_DAYS, Math.ceil(longest / DAY_SECONDS) + 1);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html */
function ruleFor(settings: Env, days: number): string {
  const prefix = cleanPrefix(readerOf(settings).text('KEY_PREFIX') ?? '');
  return [
    `<Rule><ID>${ID}</ID>`,
    `<Filter><Prefix>${escapeXml(prefix)}</Prefix></Filter>`,
    '<Status>Enabled</Status>',
    '<AbortIncompleteMultipartUpload>',
    `<DaysAfterInitiation>${days}</DaysAfterInitiation>`,
    '</AbortIncompleteMultipartUpload></Rule>',
  ].join('');
}

/** The rules' elements, in XML: they are written back as they came. */
async function readRules({ control }: Bucket): Promise<readonly string[]> {
  try {
    return await control({
      operation: 'GetBucketLifecycleConfiguration',
      method: 'GET',
      key: null,
      query: { lifecycle: '' },
      idempotent: true,
      // No element of a rule has the name of the rule itself.
      read: ({ body = '' }) => ({ result: body.match(/<Rule>.*?<\/Rule>/gs) ?? [] }),
    });
  } catch (error) {
    if (isStoreError(error) && error.code === 'NoSuchLifecycleConfiguration') return [];
    throw error;
  }
}

function writeRules({ control }: Bucket, rules: readonly string[]): Promise<void> {
  return putRules(
    control,
    'PutBucketLifecycleConfiguration',
    'lifecycle',
    'LifecycleConfiguration',
    rules,
  );
}
