/** The signer as a server: requests in, answers out, a timer for the upkeep, and an orderly end. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { asProblem } from '../http/as-problem.ts';
import { ProblemError } from '../problem.ts';
import { PATHS } from '../protocol/paths.ts';
import { createSigner } from '../signer.ts';
import type { SignerOptions } from '../signer-options.ts';
import { createLog } from '../util/log.ts';
import { builtPage, createAssets } from './http/assets.ts';
import { behindProxies } from './http/proxies.ts';
import { discardRest } from './http/rest-of-body.ts';
import type { SignerState } from './state/state.ts';
import { startUpkeep } from './upkeep.ts';

export interface ServerOptions {
  /** Options of the signer, as `nodeOptionsFrom` reads them. */
  readonly signer: SignerOptions;
  readonly state: SignerState;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0: any free port. @default 8787 */
  readonly port?: number;
  /** See `behindProxies`. @default none */
  readonly trustedProxies?: readonly string[];
  /** Called with each request that the signer has answered. The end waits for its promise. */
  readonly afterRequest?: (request: Request) => Promise<void>;
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /**
   * Accepts no other connection, and waits for requests, for work after answers and for the upkeep, at
   * most for this time. It does not close the state.
   */
  stop(withinMs?: number): Promise<void>;
}

const DEFAULT_PORT = 8787;
const STOPS_WITHIN_MS = 25_000;
/** Longer than proxies keep connections, so that none sends a request on one that has just ended. */
const KEEP_ALIVE_MS = 75_000;
/** What a request may be, for an answer to another: https://www.rfc-editor.org/rfc/rfc9110#name-405-method-not-allowed */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
/** As in the signer's own answers. */
const KEPT_BY_NOBODY = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
/** A part that goes through the signer may take as long as a slow line needs. */
const REQUEST_MS = 3_600_000;

/**
 * Serves the signer, the element's files and the page at `/`, and does the upkeep.
 *
 * @throws ProblemError `misconfigured` for options that cannot work, or an address that is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { signer, state, host = '127.0.0.1', port = DEFAULT_PORT } = options;
  const log = createLog(signer.log);
  const app = createSigner(signer);
  const page = builtPage();
  const assets = page === undefined ? undefined : createAssets(page);
  if (!assets) log.warn('page_not_built', { cure: 'npm run build' });
  const asReceived = behindProxies(options.trustedProxies);
  const works = new Set<Promise<unknown>>();
  const context = {
    waitUntil(work: Promise<unknown>) {
      const settled = work.catch(() => undefined).finally(() => works.delete(settled));
      works.add(settled);
    },
    passThroughOnException: () => undefined,
    props: {},
  };

  const answer = async (request: Request): Promise<Response> => {
    const asset = await assets?.(request);
    if (asset) return asset;
    const isHealth = new URL(request.url).pathname === PATHS.health;
    const answered =
      (isHealth && (await troubleOf(state))) || (await app.fetch(request, {}, context));
    if (options.afterRequest) context.waitUntil(options.afterRequest(request));
    return answered;
  };
  const listener = getRequestListener(
    async (request, bindings) => {
      const incoming = bindings.incoming as IncomingMessage;
      const response = await answer(asReceived(request, incoming.socket));
      if (request.method !== 'GET' && request.method !== 'HEAD') await discardRest(incoming);
      return response;
    },
    {
      overrideGlobalObjects: false,
      errorHandler: (error) =>
        error instanceof RequestError
          ? problemResponse(new ProblemError('invalid_request', 'Not a valid HTTP request.'))
          : problemResponse(asProblem(log, error)),
    },
  );
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS },
    (incoming, outgoing) => {
      // There is no Request for it: https://fetch.spec.whatwg.org/#forbidden-method
      if (incoming.method === 'TRACE')
        outgoing.writeHead(405, { allow: METHODS, ...KEPT_BY_NOBODY }).end();
      else void listener(incoming, outgoing);
    },
  );
  await listen(server, host, port);
  const upkeep = startUpkeep(signer, state);
  const url = urlOf(server);
  log.info('listening', { url });

  return {
    url,
    async stop(withinMs = STOPS_WITHIN_MS) {
      log.info('stopping');
      const ended = Promise.all([close(server, withinMs), upkeep.stop()]).then(() =>
        Promise.all(works),
      );
      const isWhole = await within(ended, withinMs);
      if (isWhole) log.info('stopped');
      else log.error('stopped_early', { works: works.size });
    },
  };
}

/** A health check fails while the state cannot be reached, because no upload can be begun then. */
async function troubleOf(state: SignerState): Promise<Response | undefined> {
  try {
    await state.ping();
    return undefined;
  } catch {
    return problemResponse(
      new ProblemError('store_unavailable', 'The state cannot be reached.', { retryAfter: 1 }),
    );
  }
}

/** An answer of the server itself, in the form of the signer's. */
function problemResponse({ problem }: ProblemError): Response {
  const { status, retryAfter } = problem;
  const headers = {
    'content-type': 'application/problem+json',
    ...KEPT_BY_NOBODY,
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
  return new Response(JSON.stringify(problem), { status, headers });
}

/** @throws ProblemError `misconfigured` if it cannot listen there. */
function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : (cause.code ?? cause.message);
      const detail = `The server cannot listen on HOST ${host}, PORT ${port}: ${why}.`;
      reject(new ProblemError('misconfigured', detail, { cause }));
    });
    server.listen(port, host, () => resolve());
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Ends connections as soon as they have answered, and those that are left when the time is up. */
async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const rest = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(idle);
  clearTimeout(rest);
}

/** Whether `work` has ended within this time. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
