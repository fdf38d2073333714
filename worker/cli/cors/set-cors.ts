/** Sets the bucket's CORS rules, so that pages of the given origins may upload to it. */
import type { Bucket } from '../bucket.ts';
import type { Step } from '../report.ts';
import { isStoreError, type StoreError } from '../../s3/requests/errors.ts';
import { elsewhereOn, MISSING_RIGHTS, RULE_HAS_NO_EFFECT } from './advice.ts';
import { getBucketCors, putBucketCors, type StoredRule } from './bucket-cors.ts';
import { signParts } from './check-upload.ts';
import { missingRules, placeOf, ruleFor, type CorsRule, type Needed } from './rules.ts';

/** What became of the rules. */
export interface CorsOutcome {
  readonly step: Step;
  /** The rules that a dry run would add, or that the operator has to add. */
  readonly rules: readonly CorsRule[];
  /** What to do if pages may not upload all the same. */
  readonly advice: string;
  /** Whether the store was reached, so that it is worth asking it for more. */
  readonly isReached: boolean;
}

/** The most that S3 takes. */
const MAX_RULES = 100;
const WHAT = 'CORS rules';

/**
 * Adds a rule for the origins, unless the bucket has one. All other rules stay as they are.
 *
 * @param dryRun whether to write nothing
 * @throws nothing: what the store refuses is a step that failed.
 */
export async function setCors(
  bucket: Bucket,
  origins: readonly string[],
  dryRun: boolean,
): Promise<CorsOutcome> {
  const { profile } = bucket.store;
  let rules: readonly CorsRule[] = [ruleFor(origins)];
  try {
    const stored = await getBucketCors(bucket.control);
    rules = missingRules(stored, origins, await neededBy(bucket));
    if (rules.length === 0) {
      return reached({ status: 'kept', detail: 'they allow uploads from these origins already' });
    }
    if (stored.length + rules.length > MAX_RULES) {
      const advice = `remove rules that nobody needs from the bucket ${bucket.name}`;
      return reached({ status: 'failed', detail: `a bucket has at most ${MAX_RULES}`, advice });
    }
    if (dryRun) return reached({ status: 'planned', detail: `would add ${named(rules)}` }, rules);
    await putBucketCors(bucket.control, withAdded(stored, rules, origins));
    return reached({ status: 'done', detail: `added ${named(rules)}` });
  } catch (error) {
    if (!isStoreError(error)) throw error;
    if (error.kind === 'unsupported') {
      const { where, advice } = elsewhereOn(profile);
      const kept = reached({ status: 'kept', detail: where });
      return { ...kept, advice: advice(origins, bucket.name) };
    }
    const isDenied = error.code === 'AccessDenied';
    const advice = isDenied ? MISSING_RIGHTS : adviceAbout(error, bucket);
    const failed = reached({ status: 'failed', detail: error.message, advice });
    return isDenied ? { ...failed, rules, advice } : { ...failed, isReached: false };
  }
}

function reached(step: Omit<Step, 'what'>, rules: readonly CorsRule[] = []): CorsOutcome {
  return { step: { what: WHAT, ...step }, rules, advice: RULE_HAS_NO_EFFECT, isReached: true };
}

/** What a page needs to send files to this store. */
async function neededBy(bucket: Bucket): Promise<Needed> {
  const [part] = await signParts(bucket, bucket.freshKey());
  return {
    methods: bucket.store.profile.postPolicy ? ['PUT', 'POST'] : ['PUT'],
    headers: Object.keys(part?.headers ?? {}).map((name) => name.toLowerCase()),
  };
}

function withAdded(
  stored: readonly StoredRule[],
  rules: readonly CorsRule[],
  origins: readonly string[],
): readonly (CorsRule | StoredRule)[] {
  return (stored as readonly CorsRule[]).toSpliced(placeOf(stored, origins), 0, ...rules);
}

function named(rules: readonly CorsRule[]): string {
  const origins = rules.flatMap((rule) => rule.AllowedOrigins).join(', ');
  return `${rules.length === 1 ? 'a rule' : `${rules.length} rules`} for ${origins}`;
}

function adviceAbout(error: StoreError, { endpoint }: Bucket): string {
  if (error.status === undefined) return `check S3_ENDPOINT: nothing answers at ${endpoint}`;
  return error.retryable
    ? 'run this again later'
    : 'check the S3_… settings, and that the bucket exists';
}
