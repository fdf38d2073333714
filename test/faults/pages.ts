/** The page under test, bundled as it is opened. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { PAGE_BUNDLE } from '../bundle.ts';

/** A form with the element in it; its script is the element's own. */
export const FORM_PAGE = '/form';
const FORM =
  '<form action="/sent"><s3-upload name="files" multiple></s3-upload><button>Send</button></form>';
/** The same page under a policy that forbids workers from blob: URLs, WASM, eval and raw HTML. */
export const STRICT_PAGE = '/strict';
const STRICT_CSP =
  "default-src 'none'; script-src 'self'; connect-src http://127.0.0.1:*; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";

/** A service worker that passes requests through. */
export const PASSING_WORKER = '/passing-worker.js';
const PASSING_SCRIPT = `
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));`;

/** Serves the page under test on an origin of its own: neither the Worker's nor the store's. */
export async function servePages(): Promise<{ readonly origin: string; stop(): void }> {
  const [page, element] = await Promise.all(
    ['test/faults/page.ts', 'widget/index.ts'].map(bundled),
  );
  const scripts = new Map<string, Uint8Array | string | undefined>([
    ['/page.js', page],
    ['/element.js', element],
    [PASSING_WORKER, PASSING_SCRIPT],
  ]);
  const server = createServer(({ url = '/' }, response) => {
    const script = scripts.get(url);
    response.writeHead(200, {
      'content-type': script ? 'text/javascript' : 'text/html',
      ...(url === STRICT_PAGE && { 'content-security-policy': STRICT_CSP }),
    });
    const isForm = url === FORM_PAGE;
    response.end(
      script ??
        (isForm ? html('/element.js', FORM) : html('/page.js', '<input type="file" multiple>')),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close(),
  };
}

async function bundled(entryPoint: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...PAGE_BUNDLE,
    minify: false,
    entryPoints: [entryPoint],
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function html(script: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>faults</title><link rel="icon" href="data:,">${body}<script type="module" src="${script}"></script>`;
}
