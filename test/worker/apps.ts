/** The signer in an app of one's own: in Node, with a KV in memory, under a path of the app. */
import { Hono } from 'hono';
import type { Hooks } from '../../worker/hooks.ts';
import { createSigner, createUpkeep, type SignerOptions } from '../../worker/signer.ts';
import { Client } from './harness.ts';
import { memoryKV } from './memory-kv.ts';
import type { Running } from './s3/stores.ts';
import { MIB } from './s3/uploads.ts';

/** @param prefix of every key. */
export function apps(running: () => Running, prefix: string) {
  return (hooks: Hooks, more: Partial<SignerOptions> = {}) => {
    const kv = memoryKV(more.now);
    const log: string[] = [];
    const options: SignerOptions = {
      store: running().store,
      kv,
      authenticate: (request) => ({ owner: request.headers.get('authorization') ?? 'nobody' }),
      tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
      rules: { prefix },
      plan: { singleMaxBytes: 5 * MIB, minPartBytes: 5 * MIB },
      hooks,
      log: (line) => void log.push(line),
      ...more,
    };
    const app = new Hono().route('/files', createSigner(options));
    const as = (authorization: string, headers: Record<string, string> = {}) =>
      new Client(async (path, init) => app.request(`/files${path}`, init as RequestInit), {
        authorization,
        ...headers,
      });
    const upkeep = createUpkeep(options);
    const works: Promise<unknown>[] = [];
    return {
      as,
      client: as('alice'),
      kv,
      log,
      sweep: async () => {
        await upkeep((work) => void works.push(work));
        await Promise.all(works);
      },
    };
  };
}
