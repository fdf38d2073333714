/** Checks the settings without any request: what is missing, misspelt, weak or contradictory. */
import { optionsFrom } from '../../config.ts';
import { assertKnownNames } from '../../config/known-names.ts';
import type { Env } from '../../config/read-setting.ts';
import { SETTINGS } from '../../config/settings.ts';
import { isOriginIn } from '../../http/gate.ts';
import { NODE_SETTINGS } from '../../node/settings.ts';
import { ProblemError } from '../../problem.ts';
import { createSigner, type SignerOptions } from '../../signer.ts';
import { MIN_SECRET_LENGTH } from '../../token.ts';
import { nearest } from '../../util/nearest.ts';
import type { Sources } from '../settings.ts';
import { fail, pass, warn, type Note } from './finding.ts';

/** Stands for the namespace that only the Worker has. */
const NAMESPACE = { get: 0, put: 0, delete: 0, list: 0 };
/** A secret of `openssl rand -hex 32` has sixteen different characters. */
const LEAST_CHARACTERS = 10;

/** Those of `s3-upload serve`, too, which stand in the same files. */
const NAMES: readonly string[] = [...SETTINGS, ...NODE_SETTINGS].map(({ name }) => name);

/** The options that the Worker would have; undefined if it would refuse every request. */
export function checkSettings(
  settings: Env,
  sources: Sources,
  note: Note,
): SignerOptions | undefined {
  noteUnknown(sources, note);
  noteSecrets(settings, note);
  try {
    assertKnownNames(sources.env);
    const options = optionsFrom({ ...settings, UPLOADS: NAMESPACE });
    createSigner(options);
    note(pass('settings', 'the Worker can start with them'));
    return options;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const where =
      'set it in .dev.vars or in wrangler.toml, a deployed secret by `npx wrangler secret put`';
    note(fail('settings', error.message, where));
    return undefined;
  }
}

/** Unknown names in files that are written for this Worker; the environment has names of other programs. */
function noteUnknown({ devVars, vars, env }: Sources, note: Note): void {
  const names = new Set([...Object.keys(devVars), ...Object.keys(vars)]);
  for (const name of names) {
    if (NAMES.includes(name)) continue;
    const meant = nearest(name, NAMES);
    if (meant === undefined) {
      note(
        warn(
          'settings',
          `${name} is not a setting`,
          'remove it, unless other code of the Worker reads it',
        ),
      );
    } else note(fail('settings', `there is no setting ${name}`, `rename it to ${meant}`));
  }
  const shadowed = NAMES.filter((name) => env[name] && (devVars[name] ?? vars[name]) !== undefined);
  if (shadowed.length > 0) {
    const detail = `${shadowed.join(', ')} in the environment takes the place of what the files say`;
    note(warn('settings', detail, 'unset it in the shell, unless that is what you mean to check'));
  }
}

function noteSecrets(settings: Env, note: Note): void {
  const names = ['TOKEN_SECRET', 'TOKEN_SECRET_PREVIOUS', 'JWT_SECRET'];
  const set = names.filter((name) => typeof settings[name] === 'string');
  // The Worker refuses shorter ones, which is said of the settings.
  const long = set.filter((name) => String(settings[name]).length >= MIN_SECRET_LENGTH);
  const weak = long.filter((name) => new Set(String(settings[name])).size < LEAST_CHARACTERS);
  for (const name of weak) {
    note(fail('secrets', `${name} can be guessed`, `set another one: openssl rand -hex 32`));
  }
  if (set.length > 0 && set.length === long.length && weak.length === 0)
    note(pass('secrets', `${set.join(', ')} cannot be guessed`));
}

/** Whether pages of these origins may call the Worker, and reach the store from there. */
export function checkOriginsAllowed(
  { origins = [], store }: SignerOptions,
  pages: readonly string[],
  note: Note,
): void {
  for (const page of pages) {
    if (!isOriginIn(origins, page)) {
      note(
        fail(
          'ALLOWED_ORIGINS',
          `it does not allow ${page}`,
          `add ${page}, unless the Worker itself serves the page`,
        ),
      );
    } else note(pass('ALLOWED_ORIGINS', `it allows ${page}`));
    const plain = store.origins.filter((origin) => isBlocked(page, origin));
    if (plain.length === 0) continue;
    const detail = `a page of ${page} may send nothing to ${plain.join(', ')}, because it is not https`;
    note(fail('https', detail, 'set S3_PUBLIC_ENDPOINTS to https addresses of the store'));
  }
}

/** Browsers send nothing from an https page to an http address, apart from one on the same machine. */
function isBlocked(page: string, origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/.test(hostname);
  return page.startsWith('https:') && protocol === 'http:' && !isLocal;
}
