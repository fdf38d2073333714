/**
 * Which settings `npm start` uses: those of the environment, then of `.dev.vars`, then under `[vars]` in
 * wrangler.toml, as `wrangler dev` has them. What none of them sets comes from `[env.local.vars]`, where
 * uploads go to a local bucket.
 */
import { SETTINGS } from '../config/settings.ts';
import type { Env } from '../config/read-setting.ts';
import type { Sources } from '../cli/settings.ts';

/** The settings, and what to tell whoever starts it. */
export interface OwnSettings {
  /** In addition to `[env.local.vars]`. An empty one is not set. */
  readonly values: Readonly<Record<string, string>>;
  readonly messages: readonly string[];
}

const NAMES: readonly string[] = SETTINGS.map(({ name }) => name);
/** Either one names a bucket of one's own. */
const STORE_NAMES = ['S3_ENDPOINT', 'S3_BUCKET'];
/** What `[env.local.vars]` sets for the local bucket, and no other store may get. */
const LOCAL_NAMES = [...STORE_NAMES, 'S3_PROFILE', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
/** Of another store, so they mean nothing to the local bucket. */
const FOREIGN_NAMES = new Set([...LOCAL_NAMES, 'S3_SESSION_TOKEN', 'S3_ROLE_ARN', 'S3_R2_SESSION']);

/** Where a setting was found. */
interface Found {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** Chooses from the sources. `localEndpoint` is the address of the local bucket. */
export function ownSettings(
  { env, devVars, vars }: Pick<Sources, 'env' | 'devVars' | 'vars'>,
  localEndpoint: string,
): OwnSettings {
  const places: readonly (readonly [source: string, values: Env])[] = [
    ['the environment', env],
    ['.dev.vars', devVars],
    ['[vars]', vars],
  ];
  const found = NAMES.flatMap((name): Found[] => {
    const place = places.find(([, values]) => typeof values[name] === 'string' && values[name]);
    return place ? [{ name, value: String(place[1][name]), source: place[0] }] : [];
  });
  const store = found.filter(({ name }) => STORE_NAMES.includes(name));
  return store.length > 0 ? ownBucket(found) : localBucket(found, localEndpoint);
}

function ownBucket(found: readonly Found[]): OwnSettings {
  const empty = LOCAL_NAMES.map((name) => [name, ''] as const);
  const own = found.map(({ name, value }) => [name, value] as const);
  const where = (name: string, otherwise: string): string => {
    const setting = found.find((one) => one.name === name);
    return setting === undefined ? otherwise : `${setting.value} (${name} from ${setting.source})`;
  };
  const bucket = where('S3_BUCKET', 'not set (S3_BUCKET)');
  const endpoint = where('S3_ENDPOINT', 'Amazon S3 (no S3_ENDPOINT)');
  return {
    values: Object.fromEntries([...empty, ...own]),
    messages: [`Bucket: ${bucket}, at ${endpoint}.`, ...callers(found)],
  };
}

function localBucket(found: readonly Found[], endpoint: string): OwnSettings {
  const used = found.filter(({ name }) => !FOREIGN_NAMES.has(name));
  const unused = found.filter((one) => !used.includes(one));
  const own = used.map(({ name, value }) => [name, value] as const);
  const ignored = unused.map(({ name, source }) => `${name} from ${source}`).join(', ');
  return {
    values: { ...Object.fromEntries(own), S3_ENDPOINT: endpoint },
    messages: [
      'Bucket: a local one. For your own, set S3_ENDPOINT and S3_BUCKET in .dev.vars or under [vars] in wrangler.toml.',
      ...(ignored === '' ? [] : [`Not used for the local bucket: ${ignored}.`]),
      ...callers(found),
    ],
  };
}

/** Who may upload, where it is not anyone. */
function callers(found: readonly Found[]): readonly string[] {
  const auth = found.find(({ name }) => name === 'AUTH');
  if (auth === undefined || auth.value === 'anonymous') return [];
  return [
    `Callers: AUTH=${auth.value} from ${auth.source}. To upload from the page at / without a token, set AUTH=anonymous in .dev.vars.`,
  ];
}

/**
 * The settings as text for wrangler's `--env-file`, so that no command line contains a secret.
 *
 * @throws Error naming the setting, if a value contains each kind of quote, or ends in a backslash
 */
export function envFileOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      // dotenv reads text between these two literally; wrangler then expands $NAME.
      const quote = ["'", '`'].find((mark) => !value.includes(mark));
      if (quote === undefined || value.endsWith('\\')) {
        throw new Error(
          `npm start cannot pass on ${name}: it has two kinds of quotes, or ends in \\.`,
        );
      }
      return `${name}=${quote}${value.replaceAll('$', String.raw`\$`)}${quote}\n`;
    })
    .join('');
}
