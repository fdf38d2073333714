/**
 * The proxy that docs/security.md advises in front of a MinIO without the fix: it refuses what no
 * upload of this project ever sends, and passes everything else on as it came.
 */
import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SNOWBALL, UNSIGNED_TRAILER } from './forging.ts';

const DENIED = '<Error><Code>AccessDenied</Code><Message>Refused by the proxy</Message></Error>';

export interface Stopgap {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts one in front of a store on the loopback address. */
export async function startStopgap(store: string): Promise<Stopgap> {
  const { hostname, port } = new URL(store);
  const server = createServer((incoming, outgoing) => {
    if (isForbidden(incoming)) {
      incoming.resume();
      outgoing.writeHead(403, { 'content-type': 'application/xml', connection: 'close' });
      outgoing.end(DENIED);
      return;
    }
    const { method, url: path } = incoming;
    // The Host header stays: it is part of every signature.
    const headers = incoming.rawHeaders;
    const passed = forward({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => stop(server),
  };
}

/**
 * Searches for the value in every field of that name instead of comparing: a field may be sent
 * twice, or hold a list, and MinIO reads the first.
 */
function isForbidden({ headersDistinct }: IncomingMessage): boolean {
  const sums = headersDistinct['x-amz-content-sha256'] ?? [];
  return (
    sums.some((value) => value.toUpperCase().includes(UNSIGNED_TRAILER)) ||
    headersDistinct[SNOWBALL] !== undefined
  );
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
