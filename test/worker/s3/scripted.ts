/** A store that answers what a test tells it to, over real HTTP. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { staticCredentials } from '../../../worker/s3/signing/credentials.ts';
import { StoreError } from '../../../worker/s3/requests/errors.ts';
import type { ProfileName } from '../../../worker/s3/profile.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { createStore, type Store, type StoreConfig } from '../../../worker/s3/store.ts';

/** One answer. `cut` drops the line after the body, which is then shorter than was announced. */
export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cut?: boolean;
}

/** What the store was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Scripted {
  readonly store: Store;
  readonly config: StoreConfig;
  readonly asked: readonly Asked[];
}

/** Runs `test` with a store that gives the replies in turn, the last one for ever. */
export async function withReplies(
  replies: readonly Reply[],
  test: (scripted: Scripted) => Promise<void>,
  profile: ProfileName = 'aws',
  overrides: Partial<StoreConfig> = {},
): Promise<void> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const reply = replies[Math.min(asked.length, replies.length) - 1] ?? { status: 500 };
      const body = reply.body ?? '';
      const length = Buffer.byteLength(body) + (reply.cut === true ? 100 : 0);
      response.writeHead(reply.status, { 'content-length': length, ...reply.headers });
      if (reply.cut === true) response.write(body, () => response.destroy());
      else response.end(body);
    });
  });
  const endpoint = await listen(server);
  const config: StoreConfig = {
    endpoint,
    bucket: 'bucket',
    region: 'us-east-1',
    style: 'path',
    profile: PROFILES[profile],
    credentials: staticCredentials({ accessKeyId: 'AKID', secretAccessKey: 'TOPSECRET' }),
    retry: { tries: 3, baseMs: 1, maxMs: 5 },
    ...overrides,
  };
  try {
    await test({ store: createStore(config), config, asked });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** An S3 error document. */
export function errorXml(code: string, extra = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message>${extra}</Error>`;
}

/** How a call to the store fails. */
export async function failure(promise: Promise<unknown>): Promise<StoreError> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof StoreError, inspect(thrown));
    return thrown;
  }
  assert.fail('it succeeded');
}
