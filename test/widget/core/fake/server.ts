/**
 * A Worker and a store in one small server, for the engine's tests: keeps the contract (bodies are
 * checked against its schemas), stores the bytes, checks lengths and checksums, and can be told to
 * fail. Each test has a space of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { splitSimpleBody } from '../../../../worker/protocol/simple-body.ts';
import type { FaultRule, SpaceOptions } from './space.ts';
import { Space } from './state.ts';
import { storeRoutes } from './store.ts';
import { workerRoutes } from './worker.ts';

export interface Call {
  readonly space: Space;
  readonly method: string;
  /** Below the space, with its query. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** When it came; S3 looks at a URL's age then. */
  readonly cameAt: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Starts on a free port of the loopback interface. */
export async function startFake(): Promise<{ url: string; stop: () => Promise<void> }> {
  const spaces = new Map<string, Space>();
  // One request a connection: Chromium quietly sends a request again when a connection that it
  // had used before is reset, and the engine would never meet the fault.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    response.shouldKeepAlive = false;
    serve(spaces, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, CORS);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * A test ends its spaces, each of which holds all its bytes; those of a page that is gone end by
 * themselves.
 */
const LONGEST_IDLE_MS = 600_000;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': '*',
  'access-control-allow-headers': '*, authorization',
};

async function serve(
  spaces: Map<string, Space>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const base = `http://${request.headers.host}`;
  const [, id = '', side = '', ...rest] = (request.url ?? '').split('/');
  const url = new URL(`/${rest.join('/')}`, base);
  if (request.method === 'OPTIONS') {
    const asked = spaces.get(id);
    asked?.begin(side === 'store' ? 'preflight' : 'api-preflight', url.pathname);
    if (side === 'store' && asked?.options.hidesStore) return void response.writeHead(403).end();
    const granted = side === 'api' ? grantedTo(request) : {};
    return void response.writeHead(204, { ...CORS, ...granted }).end();
  }
  if (id === 'spaces') {
    const space = new Space(base, (await json(request)) as SpaceOptions);
    spaces.set(space.id, space);
    for (const [old, { usedAt }] of spaces) {
      if (usedAt < Date.now() - LONGEST_IDLE_MS) spaces.delete(old);
    }
    return void response.writeHead(200, CORS).end(JSON.stringify({ id: space.id }));
  }
  const space = spaces.get(id);
  if (!space) return void response.writeHead(404, CORS).end();
  space.usedAt = Date.now();
  if (side === 'control' && url.pathname === '/end') spaces.delete(id);
  if (side === 'control') return control(space, url, request, response);
  await meet(space, side, url, request, response);
}

/** What the Worker grants: Firefox 153 keeps no answer with a wildcard. */
function grantedTo({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': String(headers['access-control-request-headers'] ?? ''),
    'access-control-max-age': '600',
  };
}

/** One request of the engine, through the faults. */
async function meet(
  space: Space,
  side: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const line = `${method} ${url.pathname}${url.searchParams.has('part') ? `?part=${url.searchParams.get('part')}` : ''}`;
  const entry = space.begin(side, line);
  response.once('close', () => space.end(entry));
  const cameAt = Date.now();
  const bytes = Number(headers['content-length'] ?? 0);
  const fault = space.faultFor(side, line, url.searchParams.get('id') ?? '', bytes);
  if (fault?.reset) return void request.socket.destroy();
  const isPart = side === 'store' && method === 'PUT';
  const body = isPart
    ? await readPart(space, request, fault?.bytesPerMs)
    : await read(request, fault?.bytesPerMs);
  if (!body) return;
  if (fault?.stall) return;
  if (fault?.delayMs) await sleep(fault.delayMs);
  if (fault?.isHeld) await space.whenCleared(fault);
  if (fault?.together) await space.whenTogether(fault.together);
  const call = asJson({ space, method, url, headers, body, cameAt });
  const own = fault?.answer;
  const answer = own
    ? { status: own.status, headers: own.headers ?? {}, body: own.body ?? '' }
    : side === 'api'
      ? await workerRoutes(call)
      : storeRoutes(call);
  if (fault?.loseReply) return void request.socket.destroy();
  const isHidden = own?.cors === false || (side === 'store' && space.options.hidesStore === true);
  const expose = space.options.exposeEtag === false ? 'x-none' : 'etag, retry-after';
  response.writeHead(answer.status, {
    connection: 'close',
    ...(!isHidden && { ...CORS, 'access-control-expose-headers': expose }),
    ...answer.headers,
  });
  response.end(answer.body);
}

/** A call that came without a preflight, as if it had come with one. */
function asJson(call: Call): Call {
  const { headers, body } = call;
  if (!headers['content-type']?.startsWith('text/plain') || !headers.origin) return call;
  const { token, json } = splitSimpleBody(String(body));
  return {
    ...call,
    headers: { ...headers, ...(token && { 'upload-token': token }) },
    body: Buffer.from(json),
  };
}

async function control(
  space: Space,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const verb = url.pathname.slice(1);
  if (verb === 'fault') space.faults.push((await json(request)) as FaultRule);
  else if (verb === 'clear') space.clear();
  else if (verb === 'options') Object.assign(space.options, await json(request));
  else if (verb === 'lose') lose(space, url.searchParams);
  else if (verb === 'forget') space.uploads.delete(url.searchParams.get('id') ?? '');
  response.writeHead(200, { ...CORS, 'content-type': 'application/json' });
  response.end(JSON.stringify(verb === 'state' ? space.report() : {}));
}

function lose(space: Space, query: URLSearchParams): void {
  for (const part of (query.get('parts') ?? '').split(',')) {
    space.lose(query.get('id') ?? '', Number(part));
  }
}

/** A part's body, over the line that all parts share. */
async function readPart(
  space: Space,
  request: IncomingMessage,
  bytesPerMs?: number,
): Promise<Buffer | undefined> {
  const end = () => void request.socket.destroy();
  space.underWay.add(end);
  try {
    return await read(request, bytesPerMs, (bytes) => space.carry(bytes));
  } finally {
    space.underWay.delete(end);
  }
}

/** Undefined where the client went away. */
async function read(
  request: IncomingMessage,
  bytesPerMs = Infinity,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      onBytes(chunk.length);
      // So that all requests get their share of the line.
      await nextTurn();
      if (bytesPerMs < Infinity) await sleep(chunk.length / bytesPerMs);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

async function json(request: IncomingMessage): Promise<object> {
  return JSON.parse(String((await read(request)) ?? '{}')) as object;
}
