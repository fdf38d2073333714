/**
 * The Worker of a checkout, built from its source and run as an operator runs it: with settings, KV
 * and a bucket. `WORKER_TREE` names the checkout; by default it is this one. The tests beside this
 * file talk to it over HTTP only, so that they can also be run against older code.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sign } from 'hono/jwt';
import { convertV4MiniflareOptions, Miniflare, type Request, type Response } from 'miniflare';
import { dispose } from '../dispose.ts';
import { Caller } from './caller.ts';
import type { Place } from './places.ts';

const OWN_TREE = fileURLToPath(new URL('../../../', import.meta.url));
/** The checkout. */
export const TREE = resolve(process.env['WORKER_TREE'] ?? OWN_TREE);
const JWT_SECRET = 'the-secret-that-the-app-signs-its-tokens-with';
const DAY_SECONDS = 86_400;

/** What `wrangler deploy` puts at the edge. */
const DEPLOYED = `export { default } from './worker/index.ts';`;

/** Parts of 5 MiB from 5 MiB on, and no checksums of parts unless a test wants them. */
const SETTINGS = {
  AUTH: 'jwt',
  JWT_SECRET,
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
  SINGLE_MAX_BYTES: '5MiB',
  MIN_PART_BYTES: '5MiB',
  CHECKSUM: 'none',
};

/** What the Worker reaches in the place of the internet. */
export type Outside = (request: Request) => Promise<Response>;

/** A Worker that runs. */
export interface RunningWorker {
  /** A caller whom the app's token names. */
  as(sub: string, claims?: Readonly<Record<string, unknown>>): Promise<Caller>;
  /** A caller with these headers and nothing else. */
  with(headers: Readonly<Record<string, string>>): Caller;
  /** From now on it is so many hours later, if the entry is `APP_WITH_CLOCK`. */
  itIsLater(hours: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the checkout's Worker. It has its own KV and its own prefix in the bucket.
 *
 * @param entry the source of an app around the package's `exports.ts`; by default there is none.
 * @param outside answers every request that the Worker makes; by default they go where they lead.
 */
export async function startWorker(
  place: Place,
  settings: Readonly<Record<string, string>> = {},
  entry = DEPLOYED,
  outside?: Outside,
): Promise<RunningWorker> {
  const prefix = `promises/${randomUUID()}/`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await bundle(entry),
      compatibilityDate: '2026-11-01',
      bindings: { ...place.settings, KEY_PREFIX: prefix, ...SETTINGS, ...settings },
      kvNamespaces: ['UPLOADS'],
      ...(outside && { outboundService: outside }),
    }),
  );
  const address = await miniflare.ready;
  return {
    async as(sub, claims = {}) {
      const exp = Math.floor(Date.now() / 1000) + 30 * DAY_SECONDS;
      const token = await sign({ sub, exp, ...claims }, JWT_SECRET, 'HS256');
      return new Caller(address, { authorization: `Bearer ${token}` });
    },
    with: (headers) => new Caller(address, headers),
    itIsLater: (hours) =>
      new Caller(address, {}).expect('POST', '/test/clock', { json: { hours } }),
    stop: () => dispose(miniflare),
  };
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: TREE, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
