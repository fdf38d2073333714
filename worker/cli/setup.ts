/** `s3-upload setup`: prepares the bucket of the settings, and the Worker, for uploads from pages. */
import { readerOf, type Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import { readOptions } from './arguments.ts';
import { openBucket, type Bucket } from './bucket.ts';
import type { Command } from './command.ts';
import { checkOrigins } from './cors/origins.ts';
import type { CorsRule } from './cors/rules.ts';
import { readSources, settingsOf } from './settings.ts';
import { corsStep } from './setup/cors.ts';
import { lifecycleStep } from './setup/lifecycle.ts';
import { namespaceStep } from './setup/namespace.ts';
import { isOk, lineOf, type Step } from './setup/report.ts';
import { secretsStep } from './setup/secrets.ts';
import type { SetupStep, Work } from './setup/step.ts';
import { wranglerOf } from './setup/wrangler.ts';

const HELP = `Usage: s3-upload setup --origin https://app.example [--origin ...] [options]

Prepares the bucket and the Worker, and prints a line for each thing that it did, kept
or could not do. It may be run again at any time.

  CORS rule        added to the bucket, so that pages of these origins may upload to it.
                   Other rules stay as they are. On R2, wrangler does it if the keys may
                   not. Then the requests of a browser check that it works.
  lifecycle rule   added, so that the store aborts uploads that nobody finishes
  key-value store  bound as UPLOADS in the configuration of wrangler
  secrets          those in .dev.vars given to the Worker by "wrangler secret put", and
                   a random TOKEN_SECRET, unless the Worker has them

Options:
  --origin ORIGIN  origin of your pages; several times, or separated by commas.
                   Without it, those in ALLOWED_ORIGINS.
  --dry-run        write nothing, and print what would be done
  --json           print the result as JSON
  -h, --help       print this text

The settings are those of the Worker: S3_BUCKET, S3_ENDPOINT, S3_ACCESS_KEY_ID,
S3_SECRET_ACCESS_KEY and others, from the environment, then from .dev.vars, then
from wrangler.toml (or .json, .jsonc). CLOUDFLARE_ENV chooses one of wrangler's
environments. Secrets are never taken from the command line, and never put there.

Exit status: 0, 1 if something failed, 2 if the options are wrong.`;

/** In this order. */
const STEPS: readonly SetupStep[] = [corsStep, lifecycleStep, namespaceStep, secretsStep];

const WHERE =
  'Settings are read from the environment, .dev.vars and the configuration of wrangler; secrets that are deployed cannot be read back.';

/** The command. */
export const setup: Command = {
  name: 'setup',
  summary: 'prepare the bucket and the Worker for uploads, and check them',
  help: HELP,
  async run(args, machine) {
    const options = readOptions(args, { origin: 'list', 'dry-run': 'flag', json: 'flag' });
    const named = options.origin.length > 0 ? checkOrigins(options.origin) : [];
    const sources = await readSources(machine);
    const settings = settingsOf(sources);
    const origins = named.length > 0 ? named : checkOrigins(allowedOrigins(settings));
    const steps: Step[] = [];
    const shown: CorsRule[] = [];
    const work: Work = {
      machine,
      sources,
      settings,
      origins,
      bucket: bucketFrom(settings),
      dryRun: options['dry-run'],
      wrangler: wranglerOf(machine, sources),
      note: (step) => {
        steps.push(step);
        if (!options.json) machine.print(lineOf(step));
      },
      show: (rules) => {
        shown.push(...rules);
        if (rules.length > 0 && !options.json) {
          machine.print(`${JSON.stringify(rules, null, 2)}\n`);
        }
      },
    };
    for (const step of STEPS) if (!(await step(work))) break;
    if (options.json) machine.print(`${JSON.stringify(resultOf(work, steps, shown), null, 2)}\n`);
    return isOk(steps) ? 0 : 1;
  },
};

function resultOf(
  { bucket: { name, store }, dryRun }: Work,
  steps: readonly Step[],
  rules: readonly CorsRule[],
): object {
  return { ok: isOk(steps), dryRun, bucket: name, profile: store.profile.name, steps, rules };
}

/** Of patterns, which the Worker allows as well, no page is known. */
function allowedOrigins(settings: Env): readonly string[] {
  return readerOf(settings)
    .list('ALLOWED_ORIGINS')
    .filter((origin) => /^https?:\/\/[^*]+$/.test(origin));
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
