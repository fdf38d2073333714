/**
 * Everything that upkeep works with, in one process and with its own clock: a KV with the limits of
 * Workers KV, a store that remembers which uploads are open, and a receiver of webhooks. Operations
 * are counted as Cloudflare counts them, so that days of uploads can be simulated in seconds. What is
 * random in upkeep comes from a seed, so that a run that fails can be repeated.
 */
import assert from 'node:assert/strict';
import { createLedger, type KV } from '../../../worker/ledger/ledger.ts';
import { createLog } from '../../../worker/util/log.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import type { Store } from '../../../worker/s3/store.ts';
import { createUpkeep, type SignerOptions } from '../../../worker/signer.ts';
import type { Upload } from '../../../worker/upload/upload.ts';
import { createOutbox, type Outbox } from '../../../worker/webhooks/outbox.ts';
import { createSign } from '../../../worker/webhooks/signature.ts';
import { messageOf } from '../../../worker/webhooks/message.ts';
import { Random } from '../../faults/random.ts';
import { memoryKV, type MemoryKV } from '../memory-kv.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** How often wrangler.toml runs the upkeep. */
export const ROUND = 15 * MINUTE;

/** https://developers.cloudflare.com/workers/platform/limits/ and /kv/platform/limits/ */
export const LIMITS = {
  free: { subrequests: 50, operations: 1000 },
  paid: { subrequests: 10_000, operations: 1000 },
} as const;
export const FREE_DAY = { get: 100_000, put: 1000, delete: 1000, list: 1000 } as const;

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const RECEIVER = 'https://receiver.example/hooks';

/** Operations on KV by kind. A bulk read is one operation, and is billed for each key. */
export type Operations = Record<'get' | 'put' | 'delete' | 'list', number>;

export interface Spent {
  readonly operations: Operations;
  /** Requests to the store and to the receiver. */
  readonly subrequests: number;
}

export class World {
  clock = Date.parse('2026-11-26T00:00:00Z');
  readonly kv: MemoryKV = memoryKV(() => this.clock);
  /** Ids of the multipart uploads that the store holds. */
  readonly open = new Set<string>();
  readonly log: Record<string, unknown>[] = [];
  /** Ids of the messages that the receiver took, as often as it took them. */
  readonly delivered: string[] = [];
  receiverIsUp = true;
  storeIsUp = true;
  attempts = 0;
  #storeRequests = 0;
  #operationsSeen = 0;
  readonly #fetch = globalThis.fetch;
  readonly #random = Math.random;

  constructor() {
    const random = new Random(20_261_126);
    Math.random = () => random.next();
    globalThis.fetch = async (_, init) => {
      this.attempts++;
      if (!this.receiverIsUp) return new Response(null, { status: 503 });
      this.delivered.push(new Headers(init?.headers).get('webhook-id') ?? '');
      return new Response(null, { status: 204 });
    };
  }

  stop(): void {
    globalThis.fetch = this.#fetch;
    Math.random = this.#random;
  }

  options(more: Partial<SignerOptions> = {}): SignerOptions {
    return {
      store: this.#store(),
      kv: this.kv,
      authenticate: () => ({ owner: 'alice' }),
      tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
      now: () => this.clock,
      log: (line) => void this.log.push(JSON.parse(line) as Record<string, unknown>),
      ...more,
    };
  }

  readonly webhooks = { url: RECEIVER, secrets: [SECRET] };

  /** One run of the cron trigger, a quarter of an hour after the last. */
  async round(more: Partial<SignerOptions> = {}): Promise<Spent> {
    this.clock += ROUND;
    this.spent();
    const works: Promise<unknown>[] = [];
    await createUpkeep(this.options(more))((work) => void works.push(work));
    await Promise.all(works);
    return this.spent();
  }

  /** What was spent since this was last asked. */
  spent(): Spent {
    const operations: Operations = { get: 0, put: 0, delete: 0, list: 0 };
    for (const line of this.kv.operations.slice(this.#operationsSeen)) {
      operations[line.slice(0, line.indexOf(' ')) as keyof Operations] += 1;
    }
    this.kv.operations.length = 0;
    this.#operationsSeen = 0;
    const subrequests = this.#storeRequests + this.attempts - this.#attemptsSeen;
    this.#storeRequests = 0;
    this.#attemptsSeen = this.attempts;
    return { operations, subrequests };
  }
  #attemptsSeen = 0;

  /** Uploads that were created now and are sent or abandoned. */
  async create(count: number, owner: (index: number) => string, seconds: number): Promise<void> {
    const quiet = { log: createLog(() => undefined), now: () => this.clock, keepSeconds: null };
    const ledger = createLedger(this.kv, quiet);
    for (let index = 0; index < count; index++) {
      const upload = this.uploadOf(owner(index), seconds);
      this.open.add(upload.id);
      await ledger.put({ state: 'open', upload }, () => undefined);
    }
  }

  uploadOf(owner: string, seconds = 3600): Upload {
    const id = this.#id();
    const createdAt = Math.floor(this.clock / 1000);
    return {
      v: 1,
      id,
      owner,
      key: `${id}/a.bin`,
      name: 'a.bin',
      type: 'application/octet-stream',
      bytes: 100_000_000,
      checksum: null,
      mark: id,
      createdAt,
      expiresAt: createdAt + seconds,
      urlSeconds: 60,
      multipart: { uploadId: id, partBytes: 8_000_000 },
    };
  }

  /** As pages make them: the time, and then a number. */
  #id(): string {
    const time = this.clock.toString(16).padStart(12, '0');
    const rest = (this.#ids++).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
  }
  #ids = 0;

  /** An outbox as requests use it; its waits pass at once. */
  outbox(): Outbox {
    return createOutbox({
      kv: this.kv,
      log: createLog((line) => void this.log.push(JSON.parse(line) as Record<string, unknown>)),
      receiver: { url: RECEIVER, sign: createSign([SECRET]), now: () => this.clock },
      tellsPrepared: false,
      now: () => this.clock,
      sleep: () => Promise.resolve(),
    });
  }

  /** Sends a webhook about an upload that was cancelled. */
  async tell(outbox: Outbox, owner: string): Promise<void> {
    const event = { type: 'aborted', upload: this.uploadOf(owner) } as const;
    await outbox.send(event, await messageOf(event, 'uploads', this.clock));
  }

  keys(prefix: string): string[] {
    return [...this.kv.entries.keys()].filter((key) => key.startsWith(prefix));
  }

  lines(event: string): Record<string, unknown>[] {
    return this.log.filter((line) => line['event'] === event);
  }

  #store(): Store {
    const request = async <T>(answer: () => T, requests = 1): Promise<T> => {
      this.#storeRequests += requests;
      await Promise.resolve();
      if (!this.storeIsUp) throw new Error('The store is down.');
      return answer();
    };
    const store: Partial<Store> = {
      bucket: 'uploads',
      // It lists parts and uploads, so that each upload costs as many requests as anywhere.
      profile: PROFILES.r2,
      abortMultipart: (_, uploadId) => request(() => void this.open.delete(uploadId), 2),
      listUploads: () => request(() => []),
      head: () => request(() => undefined),
      remove: () => request(() => undefined),
    };
    return store as Store;
  }
}

/** @throws AssertionError where one invocation spent more than it has. */
export function assertWithin(spent: Spent, plan: keyof typeof LIMITS): void {
  const { subrequests, operations } = LIMITS[plan];
  const total = Object.values(spent.operations).reduce((sum, count) => sum + count, 0);
  assert.ok(total <= operations, `${JSON.stringify(spent.operations)} of ${operations}`);
  assert.ok(spent.subrequests <= subrequests, `${spent.subrequests} subrequests`);
}

/** The sum of what several invocations spent. */
export function sumOf(all: readonly Spent[]): Operations {
  const sum: Operations = { get: 0, put: 0, delete: 0, list: 0 };
  for (const { operations } of all) {
    for (const kind of ['get', 'put', 'delete', 'list'] as const) sum[kind] += operations[kind];
  }
  return sum;
}

export type { KV };
