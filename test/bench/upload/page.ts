/**
 * Serves the page of the upload benchmark, in a process of its own, so that it can run in the browser's
 * network namespace. Started with `fork`: it is sent the bundles by path, and answers with its address.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { Scripts } from './bundles.ts';

process.once('message', (scripts: Scripts) => {
  void serve(scripts).then((url) => process.send?.(url));
});
process.on('disconnect', () => process.exit());

async function serve(scripts: Scripts): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const script = scripts.get(url.slice(1));
    response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' });
    response.end(
      script ?? html(url === '/beside' ? ['peers.js', 'beside.js'] : ['peers.js', 'here.js']),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function html(names: readonly string[]): string {
  const tags = names.map((name) => `<script type="module" src="/${name}"></script>`);
  return `<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,"><input type="file" multiple>${tags.join('')}`;
}
