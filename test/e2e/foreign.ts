/** Pages of another origin than the Worker's. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForeignPage {
  readonly url: string;
  close(): void;
}

/** Nothing but the script, as a module, and the element. */
export function serveForeignPage(script: string): Promise<ForeignPage> {
  return servePage(`<script type="module" src="${script}"></script><s3-upload></s3-upload>`);
}

export async function servePage(body: string): Promise<ForeignPage> {
  const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${body}`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
