/**
 * Refusals of drf-chunked-upload reach the client that is still sending. Here it is shown through a
 * proxy, which writes all of a body before it reads the answer.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Policy } from '../../../worker/protocol.ts';
import { startDevServer, type DevServer } from './dev-server.ts';

const MIB = 2 ** 20;
const TRIES = 12;

let server: DevServer;
before(async () => {
  server = await startDevServer({ RELAY: 'on' });
});
after(() => server?.stop());

it('control: the Worker takes parts, and answers callers behind the proxy', async () => {
  assert.equal((await server.caller.expect<Policy>('GET', '/policy')).relay, true);
});

it('s3.21: each refusal of a body of 8 MiB reaches the client that sends it', async () => {
  const seen: Record<string, number> = {};
  for (let count = 0; count < TRIES; count += 1) {
    const path = `/uploads/${randomUUID()}/parts/1`;
    const outcome = await server.caller.call('PUT', path, { body: new Uint8Array(8 * MIB) }).then(
      ({ status }) => status,
      ({ cause }: Error) => String(cause),
    );
    seen[outcome] = (seen[outcome] ?? 0) + 1;
  }
  assert.deepEqual(seen, { 401: TRIES });
});
