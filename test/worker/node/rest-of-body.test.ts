/** A body that nobody reads, because its request is refused, leaves the connection as it was. */
import assert from 'node:assert/strict';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { discardRest } from '../../../worker/node/http/rest-of-body.ts';

/** More than what the streams in between keep for a reader. */
const BODY = Buffer.alloc(1_000_000);
/** @hono/node-server ends the connection so long after an answer that came before the end of a body. */
const ENDS_AFTER_MS = 500;

const server = createServer(
  getRequestListener(
    async ({ body }, { incoming }) => {
      // Looked at, as by a check of its length, and not read.
      if (body) await discardRest(incoming as IncomingMessage);
      return new Response('refused', { status: 400 });
    },
    { overrideGlobalObjects: false },
  ),
);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => {
  agent.destroy();
  server.close();
});

/** Sends the body, and tells whether that was on the connection of the request before. */
function send(): Promise<{ readonly status: number; readonly isReused: boolean }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, agent, method: 'PUT', path: '/' }, (incoming) => {
      incoming.resume().on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, isReused: outgoing.reusedSocket });
      });
    });
    outgoing.on('error', reject).end(BODY);
  });
}

describe('a body that nobody reads', () => {
  it('does not end the connection, on which the next request may be on its way', async () => {
    assert.equal((await send()).status, 400);
    await new Promise((resolve) => setTimeout(resolve, 2 * ENDS_AFTER_MS));
    assert.deepEqual(await send(), { status: 400, isReused: true });
  });
});
