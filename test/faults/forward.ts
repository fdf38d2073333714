/** Sends one request on to its target and its answer back, with at most one fault on the way. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Transform } from 'node:stream';
import type { Fault } from './rules.ts';
import type { Seen } from './traffic.ts';

/** A request that the proxy holds. */
export interface Held {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: Seen;
  readonly target: URL;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);
const ZIPPED_OR_HOP = new Set([...HOP_BY_HOP, 'accept-encoding']);
const REMEMBERED_CHARACTERS = 4096;
const ASK_EVERY_MS = 100;
const PROMISED_BYTES = 100;

/** Carries out `fault` on `held`; settles when the client's side of it is over. */
export function carryOut(held: Held, fault: Fault | undefined): Promise<void> {
  const over = new Promise<void>((resolve) => held.response.once('close', resolve));
  start(held, fault);
  return over;
}

function start(held: Held, fault: Fault | undefined): void {
  const { request } = held;
  switch (fault?.kind) {
    case 'delay': {
      const timer = setTimeout(() => forward(held), fault.ms);
      held.response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'reset':
      return resetAfter(held, Math.floor(bodyBytes(request) * fault.at), fault.at >= 1);
    case 'cut':
      return resetAfter(held, fault.afterBytes, false);
    case 'answer':
      if (fault.early) return answer(held, fault);
      if (fault.done) return forward(held, fault);
      request.resume().once('end', () => answer(held, fault));
      return;
    case 'stall':
      request.resume();
      return;
    case 'freeze':
      return freeze(held, fault.afterBytes);
    default:
      forward(held, fault);
  }
}

function forward(held: Held, fault?: Fault): void {
  const { request, response, target } = held;
  const upstream = httpRequest({
    host: target.hostname,
    port: target.port || 80,
    method: request.method,
    path: request.url,
    // What is to be rewritten has to be readable.
    headers: without(request.headers, fault?.kind === 'replace-body' ? ZIPPED_OR_HOP : HOP_BY_HOP),
    agent: false,
  });
  upstream.on('response', (answered) => reply(held, answered, fault));
  // No answer from the target is no answer from us, with the connection as dead as theirs.
  upstream.on('error', () => reset(response));
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  if (fault?.kind === 'truncate') return truncate(request, upstream, fault.afterBytes);
  const body = fault?.kind === 'flip-bit' ? request.pipe(flipAt(fault.atByte)) : request;
  body.pipe(upstream);
}

function reply(held: Held, answered: IncomingMessage, fault: Fault | undefined): void {
  const { response, seen } = held;
  if (fault?.kind === 'late') {
    const timer = setTimeout(() => reply(held, answered, undefined), fault.ms);
    response.once('close', () => clearTimeout(timer));
    return;
  }
  remember(seen, answered);
  if (fault?.kind === 'lose-reply') {
    answered.resume().once('end', () => reset(response));
    return;
  }
  if (fault?.kind === 'answer') {
    answered.resume().once('end', () => answer(held, fault));
    return;
  }
  if (fault?.kind === 'replace-body') {
    const headers = without(answered.headers, new Set([...HOP_BY_HOP, 'content-length', 'etag']));
    if (fault.contentType) headers['content-type'] = fault.contentType;
    const chunks: Buffer[] = [];
    answered.on('data', (chunk: Buffer) => chunks.push(chunk));
    answered.resume().once('end', () => {
      const text = Buffer.concat(chunks).toString();
      seen.status = fault.status ?? answered.statusCode ?? 200;
      response.writeHead(seen.status, headers);
      response.end(typeof fault.body === 'string' ? fault.body : fault.body(text));
    });
    return;
  }
  seen.status = answered.statusCode ?? 502;
  let headers = without(answered.headers, HOP_BY_HOP);
  if (fault?.kind === 'edit') headers = fault.headers(flat(headers));
  if (fault?.kind === 'head-only') {
    // Stores answer a part with nothing: without a promise of more the head alone would be all of it.
    const named = without(headers, new Set(['transfer-encoding']));
    response.writeHead(seen.status, { ...named, 'content-length': PROMISED_BYTES });
    answered.resume();
    response.flushHeaders();
    return;
  }
  response.writeHead(seen.status, headers);
  answered.on('error', () => reset(response));
  answered.pipe(response);
}

/** Answers in the store's place. An early answer closes, so that the rest is never read. */
function answer(
  { request, response, seen }: Held,
  fault: Extract<Fault, { kind: 'answer' }>,
): void {
  const origin = request.headers.origin;
  seen.status = fault.status;
  response.writeHead(fault.status, {
    ...(fault.cors !== false && {
      'access-control-allow-origin': origin ?? '*',
      'access-control-expose-headers': 'ETag, Retry-After, x-amz-request-id',
      ...(origin && { 'access-control-allow-credentials': 'true', vary: 'Origin' }),
    }),
    ...fault.headers,
  });
  response.end(fault.body ?? '');
  if (fault.early) response.once('finish', () => request.socket.destroySoon());
}

function resetAfter({ request, response }: Held, bytes: number, waitForEnd: boolean): void {
  if (waitForEnd) {
    request.resume().once('end', () => reset(response));
    return;
  }
  if (bytes === 0) return reset(response);
  let come = 0;
  request.on('data', (chunk: Buffer) => {
    come += chunk.length;
    if (come >= bytes) reset(response);
  });
}

/** A socket that is not read does not tell that its other end is gone: interim answers find out. */
function freeze({ request, response }: Held, bytes: number): void {
  let come = 0;
  const asking = setInterval(() => response.writeContinue(), ASK_EVERY_MS);
  response.once('close', () => clearInterval(asking));
  request.on('data', (chunk: Buffer) => {
    come += chunk.length;
    if (come >= bytes) request.pause();
  });
}

/** Promises the whole body, sends a part of it and ends: what a dying middle box does. */
function truncate(request: IncomingMessage, upstream: ClientRequest, bytes: number): void {
  let left = bytes;
  request.on('data', (chunk: Buffer) => {
    if (left > 0) upstream.write(chunk.subarray(0, left));
    left -= chunk.length;
  });
  request.once('end', () => upstream.socket?.end());
}

function flipAt(byte: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = byte - passed;
      passed += chunk.length;
      const old = chunk[at];
      if (old !== undefined) chunk[at] = old ^ 1;
      done(null, chunk);
    },
  });
}

/** RST, where FIN would look like an answer that ended. */
function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
  response.destroy();
}

function remember(seen: Seen, answered: IncomingMessage): void {
  if (!/xml|json/.test(answered.headers['content-type'] ?? '')) return;
  answered.on('data', (chunk: Buffer) => {
    const text = seen.answer ?? '';
    if (text.length < REMEMBERED_CHARACTERS) seen.answer = text + chunk.toString('latin1');
  });
  answered.pause();
}

function bodyBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

function without(
  headers: NodeJS.Dict<string | string[]>,
  names: ReadonlySet<string>,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !names.has(name)) kept[name] = value;
  }
  return kept;
}

function flat(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
