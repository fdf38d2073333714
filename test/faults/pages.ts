/** The page under test, bundled as it is opened. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { PAGE_BUNDLE } from '../../worker/cli/build.ts';

/** The same page under a policy that forbids workers from blob: URLs, WASM, eval and raw HTML. */
export const STRICT_PAGE = '/strict';
const STRICT_CSP =
  "default-src 'none'; script-src 'self'; connect-src http://127.0.0.1:*; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";

/** Serves the page under test on an origin of its own: neither the Worker's nor the store's. */
export async function servePages(): Promise<{ readonly origin: string; stop(): void }> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    minify: false,
    entryPoints: ['test/faults/page.ts'],
    write: false,
  });
  const script = outputFiles[0]?.contents ?? new Uint8Array();
  const html =
    '<!doctype html><meta charset="utf-8"><title>faults</title><link rel="icon" href="data:,"><input type="file" multiple><script type="module" src="/page.js"></script>';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      ...(url === STRICT_PAGE && { 'content-security-policy': STRICT_CSP }),
    });
    response.end(isScript ? script : html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close(),
  };
}
