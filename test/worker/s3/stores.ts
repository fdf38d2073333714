/**
 * The stores that tests run on: wrangler's local R2, in this process, unless `LOCAL_R2` is `off`; and
 * whichever real one the environment names (`S3_ENDPOINT`, `S3_BUCKET`, `S3_ACCESS_KEY_ID`,
 * `S3_SECRET_ACCESS_KEY`, `S3_REGION`, `S3_PROFILE`).
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { after, before, describe } from 'node:test';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { staticCredentials, type Credentials } from '../../../worker/s3/signing/credentials.ts';
import type { Profile } from '../../../worker/s3/profile.ts';
import { isProfileName, PROFILES } from '../../../worker/s3/profiles.ts';
import { createStore, type Store, type StoreConfig } from '../../../worker/s3/store.ts';
import { dispose } from '../dispose.ts';

/** A store that runs; everything of it that a test may want. */
export interface Running {
  readonly config: StoreConfig;
  readonly credentials: Credentials;
  readonly store: Store;
  /** A key that no other test has, under one prefix. */
  readonly key: (name?: string) => string;
}

/** How to get one. */
interface Kind {
  readonly profile: Profile;
  readonly start: () => Promise<{ readonly running: Running; readonly stop: () => Promise<void> }>;
}

const PREFIX = `s3-tests/${randomUUID()}/`;

/**
 * Declares `suite` once for each store that there is and that `can` do it. What the suite is given
 * is there as soon as its tests run.
 *
 * @param skip why the suite cannot run on this machine, if it cannot.
 */
export function onEveryStore(
  title: string,
  can: (profile: Profile) => boolean,
  suite: (running: () => Running) => void,
  skip?: string,
): void {
  for (const kind of kinds()) {
    if (!can(kind.profile)) continue;
    describe(`${title} (on ${kind.profile.name})`, { skip: skip ?? false }, () => {
      let started: Awaited<ReturnType<Kind['start']>> | undefined;
      before(async () => {
        started = await kind.start();
      });
      after(() => started?.stop());
      suite(() => {
        if (started === undefined) throw new Error('the store is not up yet');
        return started.running;
      });
    });
  }
  const real = storeFromEnvironment();
  if (real === undefined && can(PROFILES.minio)) {
    describe(`${title} (on a real store)`, { skip: 'S3_ENDPOINT names none' }, () => {});
  }
}

function kinds(): Kind[] {
  const real = storeFromEnvironment();
  if (real === undefined) return [localR2];
  return process.env['LOCAL_R2'] === 'off' ? [real] : [localR2, real];
}

export const localR2: Kind = {
  profile: PROFILES['r2-local'],
  async start() {
    local ??= startLocalR2();
    const { running } = await local;
    return { running, stop: () => Promise.resolve() };
  },
};

/** One for all suites of a file: it takes longer to start than most of them to run. */
let local: Promise<{ running: Running; miniflare: Miniflare }> | undefined;
after(async () => dispose((await local)?.miniflare));

async function startLocalR2(): Promise<{ running: Running; miniflare: Miniflare }> {
  const credentials = { accessKeyId: 'local-access-key', secretAccessKey: 'local-secret-key' };
  const bucket = 'uploads';
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch: () => new Response(null, { status: 404 }) };',
      compatibilityDate: '2026-11-01',
      r2Buckets: { BUCKET: { id: bucket, s3Credentials: credentials } },
    }),
  );
  const endpoint = new URL('/cdn-cgi/local/r2/s3', await miniflare.ready).href;
  const running = run(PROFILES['r2-local'], endpoint, bucket, 'auto', credentials);
  return { running, miniflare };
}

/** The store that the environment names; undefined if it names none. */
export function storeFromEnvironment(): Kind | undefined {
  const { env } = process;
  const endpoint = env['S3_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return undefined;
  const name = env['S3_PROFILE'] ?? 'generic';
  if (!isProfileName(name)) throw new Error(`S3_PROFILE: there is no profile ${name}`);
  const profile = PROFILES[name];
  const credentials = {
    accessKeyId: env['S3_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? '',
  };
  const bucket = env['S3_BUCKET'] ?? 'uploads';
  const region = env['S3_REGION'] ?? profile.defaultRegion;
  return {
    profile,
    start: () =>
      Promise.resolve({
        running: run(profile, endpoint, bucket, region, credentials),
        stop: () => Promise.resolve(),
      }),
  };
}

/** The same store by another address, such as a proxy's. */
export function reachedAt({ config, credentials }: Running, endpoint: string): Running {
  return run(config.profile, endpoint, config.bucket, config.region, credentials);
}

function run(
  profile: Profile,
  endpoint: string,
  bucket: string,
  region: string,
  credentials: Credentials,
): Running {
  const config: StoreConfig = {
    endpoint,
    bucket,
    region,
    style: 'path',
    profile,
    credentials: staticCredentials(credentials),
  };
  return {
    config,
    credentials,
    store: createStore(config),
    key: (name = 'file.bin') => `${PREFIX}${randomUUID()}/${name}`,
  };
}
