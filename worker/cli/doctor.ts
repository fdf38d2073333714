/** `s3-upload doctor`: says what is wrong with a bucket, its settings, or a signer that is deployed. */
import type { Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import { readOptions } from './arguments.ts';
import { openBucket, type Bucket } from './bucket.ts';
import type { Command, Machine } from './command.ts';
import { checkUpload } from './cors/check-upload.ts';
import { checkOrigins } from './cors/origins.ts';
import { checkAddress } from './doctor/address.ts';
import { checkDeployment } from './doctor/deployment.ts';
import { findingOf, lineOf, warn, type Finding, type Note } from './doctor/finding.ts';
import { checkObjects } from './doctor/objects.ts';
import { checkR2 } from './doctor/r2.ts';
import { checkRules } from './doctor/rules.ts';
import { checkSigner, TOKEN_VARIABLE } from './doctor/signer.ts';
import { loadWith } from './load.ts';
import { readSources, settingsOf } from './settings.ts';
import { UsageError } from './usage-error.ts';

const HELP = `Usage: s3-upload doctor [--origin https://app.example ...] [options]

Checks the settings, the bucket and what a browser would meet there, with one line
for each: pass, warn or fail, and what to do. It stores objects of one byte below
KEY_PREFIX, and removes them again.

Options:
  --origin ORIGIN  origin of your pages; several times, or separated by commas
  --url URL        check the signer that is deployed there, instead of the settings
  --json           print the result as JSON
  -h, --help       print this text

The settings are those of the Worker, from the environment, then from .dev.vars,
then from wrangler.toml (or .json, .jsonc). With --url, the token of a caller is
read from the environment variable ${TOKEN_VARIABLE}. Secrets are never taken from
the command line.

Exit status: 0, 1 if something failed, 2 if the options are wrong.`;

/** What to do about a bucket that a page cannot upload to. */
const CORS_ADVICE = 'set the CORS rule of the bucket: npx s3-upload setup --origin ';

/** The command. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'say what is wrong with the settings, the bucket or a deployed signer',
  help: HELP,
  async run(args, machine) {
    const options = readOptions(args, { origin: 'list', url: 'list', json: 'flag' });
    const origins = options.origin.length > 0 ? checkOrigins(options.origin) : [];
    const findings: Finding[] = [];
    const note: Note = (finding) => {
      findings.push(finding);
      if (!options.json) machine.print(lineOf(finding));
    };
    const [url] = options.url;
    if (url === undefined) await checkHere(machine, origins, note);
    else await checkSigner(checkUrl(url), origins, machine.env[TOKEN_VARIABLE], note);
    const isOk = findings.every(({ level }) => level !== 'fail');
    if (options.json) machine.print(`${JSON.stringify({ ok: isOk, findings }, null, 2)}\n`);
    return isOk ? 0 : 1;
  },
};

async function checkHere(machine: Machine, named: readonly string[], note: Note): Promise<void> {
  const sources = await readSources(machine);
  const settings = settingsOf(sources);
  checkDeployment(sources, note);
  // The Worker's own reader of the settings, which an operator has hono for.
  const { checkOriginsAllowed, checkSettings } = await loadWith(
    () => import('./doctor/settings.ts'),
    { command: 'doctor', packages: 'hono' },
  );
  const options = checkSettings(settings, sources, note);
  if (options) checkOriginsAllowed(options, named, note);
  const opened = bucketFrom(settings);
  if (opened === undefined || !(await checkAddress(opened, note))) return;
  const bucket = opened.store.profile.signsSessions ? await checkR2(opened, note) : opened;
  if (!(await checkObjects(bucket, note))) return;
  await checkRules(bucket, note);
  // Of patterns, no page is known.
  const listed = (options?.origins ?? []).filter((origin) => !origin.includes('*'));
  await checkCors(bucket, named.length > 0 ? named : listed, note);
}

async function checkCors(bucket: Bucket, origins: readonly string[], note: Note): Promise<void> {
  if (origins.length === 0) {
    const detail = 'no origin was named, so nothing was sent as a page would';
    note(warn('CORS', detail, 'add --origin https://app.example'));
    return;
  }
  const check = { dryRun: false, justWritten: false };
  for (const origin of origins) {
    const advice = CORS_ADVICE + origin;
    await checkUpload(bucket, { ...check, origins: [origin], advice }, (step) =>
      note(findingOf(step)),
    );
  }
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

function checkUrl(text: string): string {
  const { protocol } = URL.parse(text) ?? {};
  if (protocol === 'https:' || protocol === 'http:') return text.replace(/\/+$/, '');
  throw new UsageError(
    '--url must be the address of a signer, such as https://uploads.example.',
    '--url',
  );
}
