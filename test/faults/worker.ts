/** The Worker in workerd, on the store that the environment names or else on local R2. */
import process from 'node:process';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { dispose } from '../worker/dispose.ts';
import { TOKEN_SECRET } from './identity.ts';
import type { StoreAccess } from './store.ts';

const LOCAL_KEYS = { accessKeyId: 'local', secretAccessKey: 'local-and-not-a-secret' };
const LOCAL_PATH = '/cdn-cgi/local/r2/s3';

export interface RunningWorker {
  readonly url: string;
  readonly store: StoreAccess;
  /** Starts it anew with other settings over those that it had; what it kept in memory is lost. */
  redeploy(settings: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** `S3_ENDPOINT`, `S3_BUCKET`, `S3_REGION`, `S3_PROFILE` and keys, as the Worker itself names them. */
const NAMED = process.env['S3_ENDPOINT'];

/** What stands behind path and bucket on the store; the same through every proxy. */
export const STORE_PATH = NAMED ? new URL(NAMED).pathname.replace(/\/$/, '') : LOCAL_PATH;

/** Whether the store can list the parts of an upload, and checks CRC64NVME. */
export const IS_LOCAL_R2 = NAMED === undefined;

/**
 * Starts it with these settings over the usual ones. `through` are the store's addresses as the
 * Worker and the page are to use them; both come before the store's own address is known.
 */
export async function startWorker(
  through: { readonly control: string; readonly lane: string },
  settings: Readonly<Record<string, string>>,
): Promise<RunningWorker> {
  const { env } = process;
  const bucket = env['S3_BUCKET'] ?? 'uploads';
  const keys = NAMED
    ? {
        accessKeyId: env['S3_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? '',
      }
    : LOCAL_KEYS;
  const region = env['S3_REGION'] ?? (NAMED ? 'us-east-1' : 'auto');
  const script = await bundled();
  const optionsWith = (more: Readonly<Record<string, string>>, port = 0) =>
    convertV4MiniflareOptions({
      port,
      modules: true,
      script,
      compatibilityDate: '2026-11-01',
      kvNamespaces: ['UPLOADS'],
      // One line a request would bury what the tests say; what goes wrong is still said.
      handleStructuredLogs: ({ level, message }) => {
        if (level === 'error') console.error(message);
      },
      ...(!NAMED && { r2Buckets: { LOCAL_BUCKET: { id: bucket, s3Credentials: LOCAL_KEYS } } }),
      bindings: {
        AUTH: 'anonymous',
        TOKEN_SECRET,
        S3_PROFILE: NAMED ? (env['S3_PROFILE'] ?? 'generic') : 'r2-local',
        S3_BUCKET: bucket,
        S3_REGION: region,
        S3_ACCESS_KEY_ID: keys.accessKeyId,
        S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
        S3_ENDPOINT: `${through.control}${STORE_PATH}`,
        S3_PUBLIC_ENDPOINTS: `${through.lane}${STORE_PATH}`,
        ...settings,
        ...more,
      },
    });
  const miniflare = new Miniflare(optionsWith({}));
  const url = (await miniflare.ready).href.replace(/\/$/, '');
  const endpoint = NAMED?.replace(/\/$/, '') ?? `${url}${LOCAL_PATH}`;
  return {
    url,
    store: { endpoint, bucket, region, ...keys },
    redeploy: async (more) => {
      await miniflare.setOptions(optionsWith(more, Number(new URL(url).port)));
      await miniflare.ready;
    },
    stop: () => dispose(miniflare),
  };
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../worker/index.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
