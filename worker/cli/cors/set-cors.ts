/** Sets the bucket's CORS rules, so that pages of the given origins may upload to it. */
import type { Bucket } from '../bucket.ts';
import type { Step } from '../setup/report.ts';
import { WranglerError, type Wrangler } from '../setup/wrangler.ts';
import { isStoreError, type StoreError } from '../../s3/requests/errors.ts';
import { elsewhereOn, MISSING_RIGHTS, RULE_HAS_NO_EFFECT } from './advice.ts';
import { signParts } from './check-upload.ts';
import { rulesByS3, type RulesPlace } from './place.ts';
import { rulesByWrangler } from './r2-rules.ts';
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
 * Adds a rule for the origins, unless the bucket has one. All other rules stay as they are. On R2, where
 * keys for objects may not change the bucket, wrangler does it.
 *
 * @param dryRun whether to write nothing
 * @throws nothing: what the store refuses is a step that failed.
 */
export async function setCors(
  bucket: Bucket,
  origins: readonly string[],
  dryRun: boolean,
  wrangler: Wrangler,
): Promise<CorsOutcome> {
  const place = rulesByS3(bucket);
  let rules: readonly CorsRule[] = [ruleFor(origins)];
  try {
    const plan = await planIn(place, bucket, origins);
    rules = plan.missing;
    return await carryOut(plan, place, bucket, dryRun);
  } catch (error) {
    if (!isStoreError(error)) throw error;
    const { profile } = bucket.store;
    if (error.kind === 'unsupported') {
      const { where, advice } = elsewhereOn(profile);
      const kept = reached({ status: 'kept', detail: where });
      return { ...kept, advice: advice(origins, bucket.name) };
    }
    if (error.code !== 'AccessDenied') {
      const advice = adviceAbout(error, bucket);
      const failed = reached({ status: 'failed', detail: error.message, advice });
      return { ...failed, isReached: false };
    }
    const denied = { rules, detail: error.message, advice: MISSING_RIGHTS };
    return profile.name === 'r2'
      ? setByWrangler(wrangler, bucket, origins, dryRun, denied)
      : refused(denied);
  }
}

/** What to say if the rules cannot be changed. */
interface Denied {
  readonly rules: readonly CorsRule[];
  readonly detail: string;
  readonly advice: string;
}

async function setByWrangler(
  wrangler: Wrangler,
  bucket: Bucket,
  origins: readonly string[],
  dryRun: boolean,
  denied: Denied,
): Promise<CorsOutcome> {
  try {
    const place = rulesByWrangler(bucket, wrangler);
    return await carryOut(await planIn(place, bucket, origins), place, bucket, dryRun);
  } catch (error) {
    if (!(error instanceof WranglerError)) throw error;
    const { fault, message, advice } = error;
    const detail = `these keys may not change the bucket, and ${message}`;
    return refused({ ...denied, detail, advice: fault === 'failed' ? denied.advice : advice });
  }
}

/** The rules that a bucket has, and those that it lacks. */
interface Plan {
  readonly origins: readonly string[];
  readonly stored: readonly CorsRule[];
  readonly missing: readonly CorsRule[];
}

async function planIn(
  place: RulesPlace,
  bucket: Bucket,
  origins: readonly string[],
): Promise<Plan> {
  const stored = await place.read();
  return { origins, stored, missing: missingRules(stored, origins, await neededBy(bucket)) };
}

async function carryOut(
  { origins, stored, missing }: Plan,
  place: RulesPlace,
  { name }: Bucket,
  dryRun: boolean,
): Promise<CorsOutcome> {
  if (missing.length === 0) {
    return reached({ status: 'kept', detail: 'they allow uploads from these origins already' });
  }
  if (stored.length + missing.length > MAX_RULES) {
    const advice = `remove rules that nobody needs from the bucket ${name}`;
    return reached({ status: 'failed', detail: `a bucket has at most ${MAX_RULES}`, advice });
  }
  if (dryRun) {
    return reached({ status: 'planned', detail: `would add ${named(missing)}` }, missing);
  }
  await place.write(stored.toSpliced(placeOf(stored, origins), 0, ...missing));
  return reached({ status: 'done', detail: `added ${named(missing)}` });
}

function refused({ rules, detail, advice }: Denied): CorsOutcome {
  return { ...reached({ status: 'failed', detail, advice }, rules), advice };
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
