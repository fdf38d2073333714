/** A page of another origin than the Worker's: nothing but the script and the element. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function serveForeignPage(
  script: string,
): Promise<{ readonly url: string; close(): void }> {
  const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script><s3-upload></s3-upload>`;
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
