/** The Worker of the tests in a process of Node.js; see harness.ts. What it needs comes as JSON. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { getRequestListener } from '@hono/node-server';
import type { KV } from '../../../worker/ledger/kv.ts';
import { discardRest } from '../../../worker/node/http/rest-of-body.ts';
import { memoryRateLimit } from '../../../worker/node/rate-limit.ts';
import { sqliteState } from '../../../worker/node/state/sqlite.ts';
import type { LabSettings } from './lab.ts';

// Before the entry is loaded, which bends it: the state keeps a clock of its own, as KV does.
const { now } = Date;
const { bindings, requestsPerMinute, ownerLimits } = JSON.parse(
  process.argv[2] ?? '',
) as LabSettings;
const { default: entry } = await import('../entry.ts');
const { kv, reservations } = await sqliteState(':memory:', { now: () => now() });
const env = {
  ...bindings,
  UPLOADS: kv as KV,
  RATE_LIMIT: memoryRateLimit(requestsPerMinute, () => now()),
  ...(ownerLimits && { RESERVATIONS: reservations }),
};
const context = { waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined) };
const server = createServer(
  getRequestListener(
    async (request, { incoming }) => {
      const response = await entry.fetch(request, env, context);
      if (request.body) await discardRest(incoming as IncomingMessage);
      return response;
    },
    { overrideGlobalObjects: false },
  ),
);
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
// The tests have ended.
process.on('disconnect', () => process.exit());
