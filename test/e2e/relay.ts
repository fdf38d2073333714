/** A TCP relay in front of a store, which can be taken down and put up again: an outage. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Relay {
  readonly url: string;
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

/** Relays a free loopback port to the host of `target`, byte for byte. */
export async function startRelay(target: () => URL): Promise<Relay> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const up = async (): Promise<void> => {
    server = createServer((client) => {
      const upstream = connect(Number(target().port || 80), target().hostname);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => {
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };

  const down = async (): Promise<void> => {
    const closing = server;
    if (!closing) return;
    server = undefined;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await up();
  return { url: `http://127.0.0.1:${port}`, down, up, stop: down };
}
