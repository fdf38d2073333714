/**
 * Gives the secrets in `.dev.vars` to the deployed Worker, by `wrangler secret put`. Those that it has
 * are left alone, because they cannot be compared. Secrets in the environment stay on this machine: they
 * may belong to somebody who may change the bucket, which the Worker should not.
 */
import { randomBytes } from 'node:crypto';
import { refusalOfPublicSecrets } from '../../config/local.ts';
import { readerOf } from '../../config/read-setting.ts';
import { SETTINGS, type SettingName } from '../../config/settings.ts';
import type { SetupStep, Work } from './step.ts';
import { environmentArgs, WranglerError } from './wrangler.ts';

const WHAT = 'secrets';
const SECRET_BYTES = 32;
const NAMES = SETTINGS.flatMap((setting) =>
  'secret' in setting && setting.secret ? [setting.name as SettingName] : [],
);

/** Does nothing without a configuration of wrangler: a server of one's own reads `.dev.vars` itself. */
export const secretsStep: SetupStep = async (work) => {
  if (work.sources.config === undefined) return true;
  try {
    await putSecrets(work, await deployedNames(work));
  } catch (error) {
    if (!(error instanceof WranglerError)) throw error;
    const { fault, message, advice } = error;
    // Whoever has not deployed yet, and develops on this machine, needs none of it.
    const status = fault === 'failed' ? 'failed' : 'skipped';
    work.note({ status, what: WHAT, detail: `not given to the Worker: ${message}`, advice });
  }
  return true;
};

async function putSecrets(work: Work, deployed: ReadonlySet<string>): Promise<void> {
  const { note, dryRun, sources } = work;
  const own = readerOf(sources.devVars);
  const refusal = refusalOfPublicSecrets(
    { ...sources.devVars, TOKEN_SECRET: '' },
    'https://deployed.example',
  );
  if (refusal) {
    note({ status: 'failed', what: WHAT, detail: refusal.message, advice: 'set one of your own' });
    return;
  }
  const needed = neededNames(work);
  for (const name of NAMES) {
    const value = own.text(name);
    if (deployed.has(name)) {
      note({ status: 'kept', what: name, detail: 'the Worker has it' });
    } else if (name === 'TOKEN_SECRET') {
      // Not the one of this machine: nobody else needs to know it.
      await put(name, randomBytes(SECRET_BYTES).toString('hex'), 'a new random value');
    } else if (value !== undefined) {
      await put(name, value, 'from .dev.vars');
    } else if (needed.includes(name)) {
      const advice = `npx wrangler secret put ${name} ${environmentArgs(work.machine).join(' ')}`;
      const detail = 'the Worker has none, and it is not in .dev.vars';
      note({ status: 'failed', what: name, detail, advice });
    }
  }

  async function put(name: string, value: string, source: string): Promise<void> {
    if (dryRun) {
      note({ status: 'planned', what: name, detail: `would be set for the Worker, ${source}` });
      return;
    }
    const args = ['secret', 'put', name, ...environmentArgs(work.machine)];
    await work.wrangler(args, { input: value });
    note({ status: 'done', what: name, detail: `set for the Worker, ${source}` });
  }
}

/** The secrets without which the deployed Worker, which has only `[vars]` beside them, cannot start. */
function neededNames({ sources }: Work): readonly SettingName[] {
  const read = readerOf(sources.vars);
  const auth = read.text('AUTH');
  return [
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    ...(auth === 'jwt' && read.text('JWT_JWKS_URL') === undefined ? ['JWT_SECRET' as const] : []),
    ...(auth === 'basic' ? ['BASIC_USERS' as const] : []),
  ];
}

/** The secrets that the Worker has; none if it has not been deployed. @throws WranglerError */
async function deployedNames({ machine, wrangler }: Work): Promise<ReadonlySet<string>> {
  const args = ['secret', 'list', '--format', 'json', ...environmentArgs(machine)];
  try {
    const printed = await wrangler(args);
    const list = JSON.parse(printed.slice(printed.indexOf('['))) as readonly { name: string }[];
    return new Set(list.map(({ name }) => name));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new WranglerError('failed', 'wrangler lists secrets in an unknown format');
    }
    const isNew = error instanceof WranglerError && /not found|does not exist/i.test(error.message);
    if (isNew) return new Set();
    throw error;
  }
}
