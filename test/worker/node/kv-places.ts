/** Every key-value store that the signer runs on: Workers KV in workerd, SQLite, and Redis. */
import * as miniflareModule from 'miniflare';
import { withBulkReads, type KV } from '../../../worker/ledger/kv.ts';
import { redisState } from '../../../worker/node/state/redis.ts';
import { sqliteState } from '../../../worker/node/state/sqlite.ts';
import { missing } from '../../tools.ts';
import { dispose } from '../dispose.ts';
import { startRedis } from './redis-server.ts';

/** A store that runs. */
export interface RunningKV {
  readonly kv: KV;
  /** One with the limits of production, where `kv` has others because its clock can be set. */
  readonly limited: KV;
  /** Milliseconds since the epoch, by the clock of the store. */
  readonly now: () => number;
  /** Lets so much time pass. */
  passes(ms: number): Promise<void>;
  /** Deletes what has expired, where the store does not do so by itself. */
  purge?(): Promise<void>;
  stop(): Promise<void>;
}

export interface Place {
  readonly name: string;
  readonly skip?: string | undefined;
  start(): Promise<RunningKV>;
}

export const PLACES: readonly Place[] = [
  { name: 'Workers KV', start: startWorkersKV },
  { name: 'SQLite', start: startSqlite },
  { name: 'Redis', skip: missing('redis'), start: startRedisKV },
];

const { convertV4MiniflareOptions, Miniflare } = miniflareModule;
const NAMESPACE = 'UPLOADS';

/** What Miniflare's own tests set clocks with. Its types leave it out. */
interface Internals {
  _enableControlEndpoints(): void;
}
interface InternalObjects {
  _getInternalDurableObjectNamespace(...names: readonly string[]): Promise<{
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string, init: object): Promise<{ text(): Promise<string> }> };
  }>;
}

/** Once a clock can be set, values may have 1,024 bytes only, so the other one is started before. */
async function startWorkersKV(): Promise<RunningKV> {
  const plain = withNamespace();
  const limited = await bindingOf(plain);
  // oxlint-disable-next-line no-underscore-dangle
  (miniflareModule as unknown as Internals)._enableControlEndpoints();
  const timed = withNamespace();
  // A clock that was set stands still.
  let setTo: number | undefined;
  let usedAt = 0;
  const now = () => setTo ?? Date.now();
  const setClock = async () => {
    const internals = timed as unknown as InternalObjects;
    // oxlint-disable-next-line no-underscore-dangle
    const namespaceOf = internals._getInternalDurableObjectNamespace.bind(timed);
    const objects = await namespaceOf('kv', 'kv:ns', 'KVNamespaceObject');
    const object = objects.get(objects.idFromName(NAMESPACE));
    const controlOp = { name: 'enableFakeTimers', args: [now()] };
    const cf = { miniflare: { name: NAMESPACE, controlOp } };
    await (await object.fetch('http://placeholder/', { cf })).text();
  };
  /** workerd evicts an object that was not used for ten seconds, and its clock with it. */
  const keepClock = async () => {
    const isOld = Date.now() - usedAt > 5000;
    usedAt = Date.now();
    if (isOld && setTo !== undefined) await setClock();
  };
  const binding = await bindingOf(timed);
  return {
    kv: withBulkReads({
      get: (key: string) => keepClock().then(() => binding.get(key)),
      put: (...entry) => keepClock().then(() => binding.put(...entry)),
      delete: (key) => keepClock().then(() => binding.delete(key)),
      list: (options) => keepClock().then(() => binding.list(options)),
    }),
    limited,
    now,
    async passes(ms) {
      setTo = now() + ms;
      await setClock();
    },
    async stop() {
      await Promise.all([dispose(plain), dispose(timed)]);
    },
  };
}

function withNamespace(): miniflareModule.Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch: () => new Response() };',
      compatibilityDate: '2026-11-01',
      kvNamespaces: [NAMESPACE],
    }),
  );
}

/** The binding as the Worker uses it. Miniflare's proxy seems to have every method, `getMany` too. */
async function bindingOf(miniflare: miniflareModule.Miniflare): Promise<KV> {
  const binding = (await miniflare.getKVNamespace(NAMESPACE)) as unknown as KV;
  return withBulkReads({
    get: (key) => binding.get(key),
    put: (key, value, options) => binding.put(key, value, options),
    delete: (key) => binding.delete(key),
    list: (options) => binding.list(options),
  });
}

async function startSqlite(): Promise<RunningKV> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const state = await sqliteState(':memory:', { now });
  return {
    kv: state.kv,
    limited: state.kv,
    now,
    async passes(ms) {
      ahead += ms;
    },
    purge: () => state.purge(),
    stop: () => state.close(),
  };
}

async function startRedisKV(): Promise<RunningKV> {
  const server = await startRedis();
  const state = await redisState(server.url);
  return {
    kv: state.kv,
    limited: state.kv,
    now: Date.now,
    passes: (ms) => server.passes(ms),
    purge: () => state.purge(),
    async stop() {
      await state.close();
      await server.stop();
    },
  };
}
