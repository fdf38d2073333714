/** `s3-upload setup`: prepares the bucket of the settings for uploads from pages. */
import type { Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import { readOptions } from './arguments.ts';
import { openBucket, type Bucket } from './bucket.ts';
import type { Command, Machine } from './command.ts';
import { checkUpload } from './cors/check-upload.ts';
import { checkOrigins } from './cors/origins.ts';
import { setCors } from './cors/set-cors.ts';
import { isOk, lineOf, type Step } from './report.ts';
import { readSettings } from './settings.ts';

const HELP = `Usage: s3-upload setup --origin https://app.example [--origin ...] [options]

Adds a CORS rule to the bucket, so that pages of these origins may upload to it,
and then checks with the requests of a browser that they can. Other rules stay as
they are. It may be run again at any time.

Options:
  --origin ORIGIN  origin of your pages; several times, or separated by commas
  --dry-run        write nothing, and print the rule
  --json           print the result as JSON
  -h, --help       print this text

The settings are those of the Worker: S3_BUCKET, S3_ENDPOINT, S3_ACCESS_KEY_ID,
S3_SECRET_ACCESS_KEY and others, from the environment, then from .dev.vars, then
from wrangler.toml (or .json, .jsonc). CLOUDFLARE_ENV chooses one of wrangler's
environments. Secrets are never taken from the command line.

Exit status: 0, 1 if something failed, 2 if the options are wrong.`;

const WHERE =
  'Settings are read from the environment, .dev.vars and the configuration of wrangler; secrets that are deployed cannot be read back.';

/** The command. */
export const setup: Command = {
  name: 'setup',
  summary: 'set the CORS rules of the bucket, and check them',
  help: HELP,
  async run(args, machine) {
    const options = readOptions(args, { origin: 'list', 'dry-run': 'flag', json: 'flag' });
    const origins = checkOrigins(options.origin);
    const bucket = bucketFrom(await readSettings(machine));
    return prepare(bucket, origins, options['dry-run'], options.json, machine);
  },
};

async function prepare(
  bucket: Bucket,
  origins: readonly string[],
  dryRun: boolean,
  json: boolean,
  { print }: Machine,
): Promise<number> {
  const steps: Step[] = [];
  const note = (step: Step): void => {
    steps.push(step);
    if (!json) print(lineOf(step));
  };
  const { step, rules, isReached, advice } = await setCors(bucket, origins, dryRun);
  note(step);
  if (rules.length > 0 && !json) print(`${JSON.stringify(rules, null, 2)}\n`);
  if (isReached && step.status !== 'planned') {
    const justWritten = step.status === 'done';
    await checkUpload(bucket, { origins, dryRun, justWritten, advice }, note);
  }
  if (json) {
    const { name, store } = bucket;
    const result = { ok: isOk(steps), dryRun, bucket: name, profile: store.profile.name };
    print(`${JSON.stringify({ ...result, steps, rules }, null, 2)}\n`);
  }
  return isOk(steps) ? 0 : 1;
}

/** @throws ProblemError `misconfigured`, naming the setting and where settings are read from. */
function bucketFrom(settings: Env): Bucket {
  try {
    return openBucket(settings);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError(error.code, `${error.message} ${WHERE}`, { cause: error });
  }
}
