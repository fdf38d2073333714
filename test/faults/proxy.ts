/**
 * A proxy of ours in front of a store, or between Worker and store, or in front of the Worker: lets
 * everything through as it is, until a rule says otherwise. The Host header stays, so a signature
 * for the proxy's address holds at the store.
 *
 * Each connection serves one request: browsers quietly send a request again when a connection that
 * they reused is reset, and then the engine would never have met the fault.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { carryOut } from './forward.ts';
import { ActiveRule, type FaultHandle, type RequestFacts, type Rule } from './rules.ts';
import { Traffic } from './traffic.ts';

export interface Proxy {
  readonly url: string;
  readonly traffic: Traffic;
  /** Sets a fault to work; the oldest rule that meets a request is the one that acts. */
  fault(rule: Rule): FaultHandle;
  /** Refuses connections and resets those under way: the cable is out. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Ends all faults and forgets what was seen. */
  clear(): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback interface. `target` is asked for each request. */
export async function startProxy(target: () => URL): Promise<Proxy> {
  const traffic = new Traffic();
  const rules: ActiveRule[] = [];
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const facts = factsOf(request, port);
    const seen = traffic.begin(facts);
    const rule = rules.find((candidate) => candidate.meet(facts));
    if (rule) seen.fault = rule.rule.fault.kind;
    response.shouldKeepAlive = false;
    // Both sides may go away at any moment; the log says how far each request came.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const before = request.socket.bytesRead;
    void carryOut({ request, response, seen, target: target() }, rule?.rule.fault).then(() => {
      seen.requestBytes = Math.min(
        request.socket.bytesRead - before,
        Number(request.headers['content-length'] ?? 0),
      );
      seen.isDelivered = response.writableFinished;
      traffic.end(seen);
      rule?.effectOver();
    });
  };

  const up = async (): Promise<void> => {
    if (server) return;
    server = createServer({ requestTimeout: 0, headersTimeout: 0 }, serve);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };

  const down = async (): Promise<void> => {
    const closing = server;
    if (!closing) return;
    server = undefined;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };

  const clear = (): void => {
    for (const rule of rules) rule.end();
    rules.length = 0;
    traffic.forget();
  };

  await up();
  return {
    url: `http://127.0.0.1:${port}`,
    traffic,
    fault: (rule) => {
      const active = new ActiveRule(rule);
      rules.push(active);
      return active;
    },
    down,
    up,
    clear,
    stop: down,
  };
}

function factsOf(request: IncomingMessage, port: number): RequestFacts {
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  const partNumber = url.searchParams.get('partNumber');
  return {
    method: request.method ?? 'GET',
    url,
    partNumber: partNumber === null ? undefined : Number(partNumber),
  };
}
