/**
 * Runs the signing Worker beside a store that really keeps what is sent: in workerd, or with
 * `LAB_ON=node` in Node.js, with its state in SQLite.
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { build } from 'esbuild';
import { sign } from 'hono/jwt';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type {
  Created,
  CreateAnswer,
  FileEntry,
  PartReceipt,
  Problem,
  SignedRequest,
} from '../../worker/protocol.ts';
import { isRefused, partCount, partRange } from '../../worker/protocol.ts';
import type { Bend, Seen } from './bend.ts';
import { dispose } from './dispose.ts';
import { startOnNode } from './node/lab.ts';
import { quickSum } from './quick-sums.ts';
import type { Running } from './s3/stores.ts';
import { receiptOf, send } from './s3/uploads.ts';

export const JWT_SECRET = 'the-secret-that-the-app-signs-its-tokens-with';
export const MIB = 1024 * 1024;
export const ORIGIN = 'https://uploads.example';

/** What the settings are unless a test says otherwise: parts of 5 MiB from 5 MiB on. */
export const SETTINGS = {
  AUTH: 'jwt',
  JWT_SECRET,
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
  SINGLE_MAX_BYTES: '5MiB',
  MIN_PART_BYTES: '5MiB',
};

export type Settings = Readonly<Record<string, string>>;

/** An answer of the Worker, read to its end. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly problem: Problem;
}

/** A Worker that runs. */
export interface Lab {
  /** A caller known by a JWT for `sub`, with these claims. */
  as(sub: string, claims?: Record<string, unknown>): Promise<Client>;
  /** A caller with these headers and nothing else. */
  with(headers: Record<string, string>): Client;
  /** Its address, without a slash at the end. */
  readonly url: string;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** From the next request on. */
  bend(bend: Bend): Promise<void>;
  /** One round of what the cron trigger does. */
  sweep(): Promise<void>;
  /** What has happened since this was last asked. */
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

/** Starts a Worker with these settings, for this store. `ownerLimits` binds the Durable Object. */
export async function startLab(
  store: Running,
  settings: Settings = {},
  { requestsPerMinute = 100_000, ownerLimits = false } = {},
): Promise<Lab> {
  const { config, credentials } = store;
  const bindings: Record<string, string> = {
    S3_ENDPOINT: config.endpoint,
    S3_BUCKET: config.bucket,
    S3_REGION: config.region,
    S3_STYLE: config.style,
    S3_PROFILE: config.profile.name,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    KEY_PREFIX: `worker-tests/${randomUUID()}/`,
    ...SETTINGS,
    ...settings,
  };
  const set = Object.fromEntries(Object.entries(bindings).filter(([, value]) => value !== ''));
  const { url: worker, stop } =
    process.env['LAB_ON'] === 'node'
      ? await startOnNode({ bindings: set, requestsPerMinute, ownerLimits })
      : await startOnWorkerd(set, requestsPerMinute, ownerLimits);
  // Over HTTP and not by dispatchFetch, which would hide what a network client can do to a body.
  const reach = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, worker), { redirect: 'manual', ...init });
  return {
    url: new URL(worker).origin,
    fetch: reach,
    with: (headers) => new Client(reach, headers),
    async as(sub, claims = {}) {
      return new Client(reach, { authorization: `Bearer ${await jwtFor(sub, claims)}` });
    },
    async bend(bend) {
      await (await reach('/test/bend', { method: 'POST', body: JSON.stringify(bend) })).text();
    },
    async sweep() {
      await (await reach('/test/sweep')).text();
    },
    seen: async () => (await (await reach('/test/seen')).json()) as Seen,
    stop,
  };
}

async function startOnWorkerd(
  bindings: Settings,
  requestsPerMinute: number,
  ownerLimits: boolean,
): Promise<{ readonly url: URL; stop(): Promise<void> }> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await bundle(),
      compatibilityDate: '2026-11-01',
      bindings,
      kvNamespaces: ['UPLOADS'],
      ...(ownerLimits && {
        durableObjects: { LIMITS: { className: 'OwnerLimits', useSQLite: true } },
      }),
      ratelimits: {
        RATE_LIMIT: { namespace_id: '1', simple: { limit: requestsPerMinute, period: 60 } },
      },
    }),
  );
  return { url: await miniflare.ready, stop: () => dispose(miniflare) };
}

/** A JWT as the app's backend makes it. */
export function jwtFor(sub: string, claims: Record<string, unknown> = {}): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return sign({ sub, exp, ...claims }, JWT_SECRET, 'HS256');
}

/** Calls the Worker as somebody. */
export class Client {
  readonly #reach: Lab['fetch'];
  readonly #headers: Record<string, string>;

  constructor(reach: Lab['fetch'], headers: Record<string, string>) {
    this.#reach = reach;
    this.#headers = headers;
  }

  get authorization(): string {
    return this.#headers['authorization'] ?? '';
  }

  get<T = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.call<T>('GET', path, undefined, headers);
  }

  post<T = unknown>(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.call<T>('POST', path, body, headers);
  }

  delete(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('DELETE', path, undefined, headers);
  }

  async call<T>(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer<T>> {
    const response = await this.#reach(path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.#headers,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = readJson(text);
    return {
      status: response.status,
      headers: response.headers,
      body: value as T,
      problem: value as Problem,
    };
  }

  /** Creates one upload and expects it to be let in. */
  async create(file: Partial<FileEntry> & { bytes: number }): Promise<Created> {
    const slot = await this.tryCreate(file);
    if (isRefused(slot)) throw new Error(`create: ${slot.problem.code} ${slot.problem.detail}`);
    return slot;
  }

  async tryCreate(file: Partial<FileEntry> & { bytes: number }) {
    const entry = { id: randomUUID(), name: 'file.bin', type: '', ...file };
    const { body, status } = await this.post<CreateAnswer>('/uploads', { files: [entry] });
    const [slot] = body.uploads ?? [];
    if (!slot) throw new Error(`create: ${status} ${JSON.stringify(body)}`);
    return slot;
  }

  /** Signed requests for these parts, with their checksums where the upload wants them. */
  async sign(upload: Created, body: Uint8Array, numbers: readonly number[], more: object = {}) {
    const parts = numbers.map((number) => ({ number, ...sumOf(upload, body, number) }));
    return this.post<{ requests: SignedRequest[]; expiresIn: number }>(
      `/uploads/${upload.id}/sign`,
      { parts, ...more },
      tokenOf(upload),
    );
  }

  /** Signs and sends these parts (all by default); gives the receipts. */
  async sendParts(
    upload: Created,
    body: Uint8Array,
    numbers: readonly number[] = allParts(upload),
  ): Promise<PartReceipt[]> {
    const { body: signed } = await this.sign(upload, body, numbers);
    const receipts: PartReceipt[] = [];
    for (const request of signed.requests) {
      const response = await send(request, sliceOf(upload, body, request.number));
      const text = await response.text();
      if (!response.ok) throw new Error(`part ${request.number}: ${response.status} ${text}`);
      const { checksum } = sumOf(upload, body, request.number);
      receipts.push(receiptOf(request.number, response, checksum));
    }
    return receipts;
  }

  /** Creates, sends and completes. */
  async upload(body: Uint8Array, file: Partial<FileEntry> = {}) {
    const upload = await this.create({ bytes: body.length, ...file });
    const parts = await this.sendParts(upload, body);
    return { upload, parts, answer: await this.complete(upload, { parts }) };
  }

  complete<T = import('../../worker/protocol.ts').Result>(upload: Created, body: object = {}) {
    return this.post<T>(`/uploads/${upload.id}/complete`, body, tokenOf(upload));
  }
}

export function tokenOf(upload: Pick<Created, 'token'>): { 'upload-token': string } {
  return { 'upload-token': upload.token };
}

export function allParts({ plan }: Created): number[] {
  return Array.from({ length: partCount(plan) }, (_, index) => index + 1);
}

export function sliceOf(
  { plan }: Pick<Created, 'plan'>,
  body: Uint8Array,
  number: number,
): Uint8Array {
  const { start, end } = partRange(plan, number);
  return body.subarray(start, end);
}

export function sumOf(
  upload: Pick<Created, 'checksum' | 'plan'>,
  body: Uint8Array,
  number = 1,
): { readonly checksum?: string } {
  if (upload.checksum === null) return {};
  return { checksum: quickSum(upload.checksum, sliceOf(upload, body, number)) };
}

/**
 * Two ids in the order of their times, as UUIDv7s are. Of uploads that begin within one second they
 * decide which was first, and those of `randomUUID` decide by chance.
 */
export function idsInOrder(): [string, string] {
  return [`00000000${randomUUID().slice(8)}`, `ffffffff${randomUUID().slice(8)}`];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  return (bundled ??= build({
    entryPoints: [new URL('./entry.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    write: false,
  }).then(({ outputFiles: [file] }) => file?.text ?? ''));
}
