/** Checks the store and the bucket of the settings: its address, its rules, and uploads to it. */
import type { Env } from '../../../config/read-setting.ts';
import { ProblemError } from '../../../problem.ts';
import { openBucket, type Bucket } from '../../bucket.ts';
import { checkUpload } from '../../cors/check-upload.ts';
import { checkAddress } from './address.ts';
import { findingOf, type Note } from '../finding.ts';
import { checkObjects } from './objects.ts';
import { checkR2 } from './r2.ts';
import { checkRules } from './rules.ts';

/** What to do about a bucket that a page cannot upload to. */
const CORS_ADVICE = 'set the CORS rule of the bucket: npx s3-upload setup --origin ';

/**
 * Checks one thing after the other, and stops where the rest would only fail for the same reason.
 *
 * @param pages origins from which parts are sent as pages send them.
 * @returns whether all of it was checked.
 */
export async function checkBucket(
  settings: Env,
  pages: readonly string[],
  note: Note,
): Promise<boolean> {
  const opened = bucketFrom(settings);
  if (opened === undefined || !(await checkAddress(opened, note))) return false;
  const bucket = opened.store.profile.signsSessions ? await checkR2(opened, note) : opened;
  if (!(await checkObjects(bucket, note))) return false;
  await checkRules(bucket, note);
  for (const origin of pages) await checkCors(bucket, origin, note);
  return true;
}

async function checkCors(bucket: Bucket, origin: string, note: Note): Promise<void> {
  const check = { origins: [origin], dryRun: false, justWritten: false };
  await checkUpload(bucket, { ...check, advice: CORS_ADVICE + origin }, (step) =>
    note(findingOf(step)),
  );
}

/** Undefined if the settings of the store are wrong, which the check of all settings has said. */
function bucketFrom(settings: Env): Bucket | undefined {
  try {
    return openBucket(settings);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
