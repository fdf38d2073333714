/**
 * The buckets that the promises are shown on: wrangler's local R2, and the store that `S3_ENDPOINT`
 * names. Each is known by its settings alone.
 */
import process from 'node:process';
import { after, before, describe } from 'node:test';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { dispose } from '../dispose.ts';

const BUCKET = 'uploads';
const KEYS = { accessKeyId: 'local-access-key', secretAccessKey: 'local-secret-key' };
const LOCAL = 'r2-local';

/** A bucket, and the settings by which a Worker uses it. */
export interface Place {
  readonly profile: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Declares the suite for local R2, and for the store of the environment if there is one: for that
 * alone if `LOCAL_R2` is `off`.
 */
export function inEachPlace(title: string, suite: (place: () => Place) => void): void {
  const real = placeOfEnvironment();
  if (!real || process.env['LOCAL_R2'] !== 'off') onLocalR2(title, suite);
  if (real) describe(`${title} (on ${real.profile})`, () => suite(() => real));
}

function onLocalR2(title: string, suite: (place: () => Place) => void): void {
  describe(`${title} (on ${LOCAL})`, () => {
    let local: Place | undefined;
    let miniflare: Miniflare | undefined;
    before(async () => {
      miniflare = localR2();
      local = localPlace(await miniflare.ready);
    });
    after(() => dispose(miniflare));
    suite(() => {
      if (local === undefined) throw new Error('the store is not up yet');
      return local;
    });
  });
}

function localR2(): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch: () => new Response(null, { status: 404 }) };',
      compatibilityDate: '2026-11-01',
      r2Buckets: { BUCKET: { id: BUCKET, s3Credentials: KEYS } },
    }),
  );
}

function localPlace(address: URL): Place {
  return {
    profile: LOCAL,
    settings: {
      S3_PROFILE: LOCAL,
      S3_ENDPOINT: new URL('/cdn-cgi/local/r2/s3', address).href,
      S3_BUCKET: BUCKET,
      S3_REGION: 'auto',
      S3_STYLE: 'path',
      S3_ACCESS_KEY_ID: KEYS.accessKeyId,
      S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
  };
}

function placeOfEnvironment(): Place | undefined {
  const { S3_ENDPOINT = '', S3_PROFILE = 'generic', ...env } = process.env;
  if (S3_ENDPOINT === '') return undefined;
  const rest = ['S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'].flatMap(
    (name) => (env[name] === undefined ? [] : [[name, env[name]] as const]),
  );
  const settings = { S3_ENDPOINT, S3_PROFILE, S3_STYLE: 'path', ...Object.fromEntries(rest) };
  return { profile: S3_PROFILE, settings };
}
