/** Finds the Worker's settings on the operator's machine. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { SETTINGS } from '../config/settings.ts';
import type { Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import type { Machine } from './command.ts';

const NAMES = SETTINGS.map(({ name }) => name);

/** In the order in which wrangler looks for them. */
const CONFIG_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'];

/** Where settings may be, as they were found. */
export interface Sources {
  /** The environment of the process. */
  readonly env: Env;
  /** `.dev.vars`. */
  readonly devVars: Env;
  /** `[vars]` in wrangler's configuration. */
  readonly vars: Env;
  /** Wrangler's configuration; undefined if there is none. */
  readonly config: WranglerConfig | undefined;
}

/** What the commands read of wrangler's configuration. */
export interface WranglerConfig {
  readonly file: string;
  readonly vars: Env;
  /** Names of the bindings of KV namespaces. */
  readonly namespaces: readonly string[];
  /** Ids of the namespaces, by their bindings. `wrangler deploy` makes a namespace that has none. */
  readonly namespaceIds: Readonly<Record<string, string>>;
  readonly crons: readonly string[];
}

/**
 * The settings, as the Worker would have them: those of the process, then those in `.dev.vars`, then
 * those under `[vars]` in wrangler's configuration. `CLOUDFLARE_ENV` chooses one of its environments.
 * Secrets that wrangler has deployed cannot be read back.
 *
 * @param names of the settings to read; by default all of the Worker's.
 * @throws ProblemError `misconfigured` if wrangler's configuration cannot be read.
 */
export async function readSettings(
  machine: Machine,
  names: readonly string[] = NAMES,
): Promise<Env> {
  return settingsOf(await readSources(machine), names);
}

/** The settings of these sources. */
export function settingsOf({ env, devVars, vars }: Sources, names: readonly string[] = NAMES): Env {
  // A setting that is empty counts as not set, here as in the Worker.
  const entries = names.flatMap((name) => {
    const value = [env, devVars, vars]
      .map((source) => source[name])
      .find((one) => one !== undefined && one !== '');
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * Reads all sources.
 *
 * @throws ProblemError `misconfigured` if wrangler's configuration cannot be read.
 */
export async function readSources({
  env,
  folder,
}: Pick<Machine, 'env' | 'folder'>): Promise<Sources> {
  const file = findConfig(folder);
  const environment = env['CLOUDFLARE_ENV'];
  const config = file === undefined ? undefined : await readConfig(file, environment);
  const devVars = readDevVars(file === undefined ? folder : dirname(file), environment);
  return { env, devVars, vars: config?.vars ?? {}, config };
}

/** The nearest configuration in the folder or above it. */
function findConfig(folder: string): string | undefined {
  const found = CONFIG_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const parent = dirname(folder);
  return parent === folder ? undefined : findConfig(parent);
}

/** wrangler's own reader, because it knows each of its formats, and how environments inherit. */
async function readConfig(
  config: string,
  environment: string | undefined,
): Promise<WranglerConfig> {
  // Loaded only here: it takes a second or two, and an operator may have put all in the environment.
  const wrangler = await import('wrangler').catch(() => {
    throw new ProblemError(
      'misconfigured',
      `wrangler is needed to read ${config}. Install it with \`npm install --save-dev wrangler\`.`,
    );
  });
  try {
    const args = { config, ...(environment === undefined ? {} : { env: environment }) };
    const { vars, kv_namespaces, triggers } = wrangler.unstable_readConfig(args, {
      hideWarnings: true,
    });
    return {
      file: config,
      vars,
      namespaces: kv_namespaces.map(({ binding }: { readonly binding: string }) => binding),
      namespaceIds: Object.fromEntries(
        kv_namespaces.flatMap(
          ({ binding, id }: { readonly binding: string; readonly id?: string }) =>
            id === undefined ? [] : [[binding, id] as const],
        ),
      ),
      crons: triggers.crons ?? [],
    };
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
