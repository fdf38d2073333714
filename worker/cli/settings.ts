/** Finds the Worker's settings on the operator's machine. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { SETTINGS } from '../config/settings.ts';
import type { Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import type { Machine } from './command.ts';

/** In the order in which wrangler looks for them. */
const CONFIG_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'];

/**
 * The settings, as the Worker would have them: those of the process, then those in `.dev.vars`, then
 * those under `[vars]` in wrangler's configuration. `CLOUDFLARE_ENV` chooses one of its environments.
 * Secrets that wrangler has deployed cannot be read back.
 *
 * @param names of the settings to read; by default all of the Worker's.
 * @throws ProblemError `misconfigured` if wrangler's configuration cannot be read.
 */
export async function readSettings(
  { env, folder }: Machine,
  names: readonly string[] = SETTINGS.map(({ name }) => name),
): Promise<Env> {
  const config = findConfig(folder);
  const environment = env['CLOUDFLARE_ENV'];
  const vars = config === undefined ? {} : await readVars(config, environment);
  const devVars = readDevVars(config === undefined ? folder : dirname(config), environment);
  // A setting that is empty counts as not set, here as in the Worker.
  const entries = names.flatMap((name) => {
    const sources: readonly Env[] = [env, devVars, vars];
    const value = sources
      .map((source) => source[name])
      .find((one) => one !== undefined && one !== '');
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The nearest configuration in the folder or above it. */
function findConfig(folder: string): string | undefined {
  const found = CONFIG_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const parent = dirname(folder);
  return parent === folder ? undefined : findConfig(parent);
}

/** wrangler's own reader, because it knows each of its formats, and how environments inherit. */
async function readVars(config: string, environment: string | undefined): Promise<Env> {
  // Loaded only here: it takes a second or two, and an operator may have put all in the environment.
  const wrangler = await import('wrangler').catch(() => {
    throw new ProblemError(
      'misconfigured',
      `wrangler is needed to read ${config}. Install it with \`npm install --save-dev wrangler\`.`,
    );
  });
  try {
    const args = { config, ...(environment === undefined ? {} : { env: environment }) };
    return wrangler.unstable_readConfig(args, { hideWarnings: true }).vars;
  } catch (cause) {
    // Not wrangler's message, which shows the lines around the error, and so perhaps a secret.
    throw new ProblemError(
      'misconfigured',
      `wrangler cannot read ${config}. \`npx wrangler deploy --dry-run\` says what is wrong with it.`,
      { cause },
    );
  }
}

/** https://developers.cloudflare.com/workers/development-testing/environment-variables/ */
function readDevVars(folder: string, environment: string | undefined): Env {
  const names = [...(environment ? [`.dev.vars.${environment}`] : []), '.dev.vars'];
  const file = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  return file === undefined ? {} : parseEnv(readFileSync(file, 'utf8'));
}
