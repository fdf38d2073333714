/** The servers of the operator's mistakes: signers in this process, and stores that answer wrongly. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What answers a request: a Hono app. */
export interface App {
  fetch(request: Request): Response | Promise<Response>;
}

const servers: Server[] = [];

export function stopAll(): void {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves each app below its name: `/name/policy`. */
export function serveApps(apps: ReadonlyMap<string, App>): Promise<string> {
  const server = createServer(async (request, response) => {
    const [, name = '', ...rest] = (request.url ?? '').split('/');
    const body = ['GET', 'HEAD'].includes(request.method ?? '') ? null : await text(request);
    const url = `http://${request.headers.host}/${rest.join('/')}`;
    const headers = Object.entries(request.headers).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as [string, string]] : [],
    );
    const method = request.method ?? 'GET';
    const answer = await apps.get(name)?.fetch(new Request(url, { method, headers, body }));
    response.writeHead(answer?.status ?? 404, Object.fromEntries(answer?.headers ?? []));
    response.end(await answer?.text());
  });
  return listen(server);
}

/** Serves these texts by their paths, with or without leave for other origins. */
export function serveTexts(
  textOf: (path: string) => { readonly type: string; readonly text: string },
): Promise<string> {
  const server = createServer((request, response) => {
    const { type, text: content } = textOf((request.url ?? '').slice(1));
    response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
    response.end(content);
  });
  return listen(server);
}

/** An answer in the place of the store's. */
export interface Answer {
  readonly status: number;
  /** S3's code; without one, a web page. */
  readonly code?: string;
  readonly more?: string;
  /** In the place of S3's error, or of the web page. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a store does wrong. */
export interface Fault {
  /** Answers such a request in the place of the store; undefined if the store may. */
  answer?(request: IncomingMessage): Answer | undefined;
  /** Headers that the store's answers lack. */
  readonly removes?: RegExp;
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': '*',
  'access-control-allow-headers': '*',
  'access-control-expose-headers': 'ETag',
};

/** The store at `target`, with a fault. Signatures stay valid, because they see the address of this one. */
export function serveStore(target: string, fault: Fault): Promise<string> {
  const { hostname, port, pathname } = new URL(target);
  const server = createServer((request, response) => {
    const answer = request.method === 'OPTIONS' ? undefined : fault.answer?.(request);
    if (answer) {
      const { status, code, more = '', headers } = answer;
      request.resume();
      const type = code ? { 'content-type': 'application/xml', 'x-amz-request-id': 'R1' } : {};
      response.writeHead(status, { ...CORS, ...type, ...headers });
      const page = '<!doctype html><html><title>Welcome</title></html>';
      const error = code
        ? `<Error><Code>${code}</Code><RequestId>R1</RequestId>${more}</Error>`
        : page;
      return void response.end(request.method === 'HEAD' ? undefined : (answer.body ?? error));
    }
    const { method, url: path, headers } = request;
    const forward = httpRequest({ hostname, port, method, path, headers }, (answered) => {
      const kept = Object.entries(answered.headers).filter(([name]) => !fault.removes?.test(name));
      response.writeHead(answered.statusCode ?? 502, Object.fromEntries(kept));
      answered.pipe(response);
    });
    forward.on('error', () => response.destroy());
    request.pipe(forward);
  });
  return listen(server).then((origin) => origin + pathname);
}
