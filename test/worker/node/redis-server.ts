/**
 * A Redis server of the tests' own, on a free port, with a folder that it keeps its data in. The
 * environment may name another program, such as Valkey's (`REDIS_SERVER`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type RedisClientType } from '@redis/client';
import { freePort } from '../../e2e/product.ts';
import { REDIS_SERVER } from '../../tools.ts';

export interface RedisServer {
  readonly url: string;
  /** Ends the server at once, as a crash would. What it has acknowledged is on disk. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the same data. */
  start(): Promise<void>;
  /** Lets so much time pass for everything that expires. */
  passes(ms: number): Promise<void>;
  /** Ends it and drops its data. */
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  let server = await launch(port, folder);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  };
  return {
    url,
    kill,
    async start() {
      server = await launch(port, folder);
    },
    passes: (ms) => withClient(url, (client) => bringForward(client, ms)),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  settings.push('--appendonly', 'yes', '--appendfsync', 'always');
  const server = spawn(REDIS_SERVER, ['--port', String(port), ...settings]);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`${REDIS_SERVER} ended: ${said}`)));
  });
  return server;
}

async function withClient<T>(
  url: string,
  work: (client: RedisClientType) => Promise<T>,
): Promise<T> {
  const client: RedisClientType = createClient({ url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** The server has no clock that can be set, so every end comes nearer by as much. */
async function bringForward(client: RedisClientType, ms: number): Promise<void> {
  for await (const keys of client.scanIterator()) {
    for (const key of keys) {
      const end = await client.pExpireTime(key);
      if (end > 0) await client.pExpireAt(key, end - ms);
      if (!key.endsWith(':expirations')) continue;
      for (const name of await client.zRange(key, 0, -1)) {
        await client.zIncrBy(key, -Math.floor(ms / 1000), name);
      }
    }
  }
}
