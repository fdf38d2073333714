/** A receiver of webhooks, which believes what Standard Webhooks' own library believes. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

export interface Receiver {
  readonly url: string;
  /** Everything that came, what was answered with an error too. */
  readonly received: readonly Received[];
  /** What was verified by none of the secrets. */
  readonly forged: readonly string[];
  /** The next messages are answered so, then 204. */
  answer(
    ...answers: readonly (number | { status: number; headers: Record<string, string> })[]
  ): void;
  /** When this many have come. */
  count(messages: number): Promise<void>;
  stop(): Promise<void>;
}

/** Listens on a free loopback port; takes messages that any of the secrets verifies. */
export async function startReceiver(...secrets: string[]): Promise<Receiver> {
  const received: Received[] = [];
  const forged: string[] = [];
  const answers: (number | { status: number; headers: Record<string, string> })[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks).toString();
    const next = answers.shift() ?? 204;
    const { status, headers } = typeof next === 'number' ? { status: next, headers: {} } : next;
    try {
      const headersOf = request.headers as Record<string, string>;
      const { type, data } = verified(secrets, body, headersOf) as Received;
      const id = headersOf['webhook-id'] ?? '';
      received.push({ id, type, data, status, timestamp: Number(headersOf['webhook-timestamp']) });
    } catch {
      forged.push(body);
    }
    response.writeHead(status, headers).end();
    for (const wake of waiting) wake();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    forged,
    answer: (...next) => void answers.push(...next),
    async count(messages) {
      while (received.length + forged.length < messages) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @throws WebhookVerificationError where none of the secrets fits. */
function verified(
  secrets: readonly string[],
  body: string,
  headers: Record<string, string>,
): unknown {
  let reason: unknown;
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}
