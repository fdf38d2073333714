/**
 * As little of an HTTP/1.1 server as measuring takes: heads are parsed, bodies are counted or
 * collected, connections stay open. Node's own server costs several times as much per byte, and
 * that would be measured too.
 */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Line, type LineSpeed } from './line.ts';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Empty where the server only counts. */
  readonly body: string;
  readonly bodyBytes: number;
  /** When its head was whole, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests to all servers of a line, since the numbers were taken last. */
export interface Traffic {
  requests: number;
  preflights: number;
}

export interface TinyServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TinyOptions {
  readonly speed: LineSpeed;
  /** Keep bodies, up to this size; larger ones are counted and dropped. */
  readonly keepBytes: number;
  readonly answer: (asked: Asked) => Answer;
  /** @default 127.0.0.1 */
  readonly address?: string | undefined;
  /** Every so many requests, preflights not counted, one is answered with an error of the store. */
  readonly failEvery?: number | undefined;
  /** Where requests and preflights are counted. */
  readonly traffic?: Traffic | undefined;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, PUT, POST, PATCH, DELETE',
  'access-control-expose-headers': 'ETag, x-amz-checksum-crc64nvme, x-amz-checksum-sha256',
  'access-control-max-age': '7200',
};

/** What S3 answers now and then, and asks clients to try again. */
export const INTERNAL_ERROR: Answer = {
  status: 500,
  headers: { 'content-type': 'application/xml' },
  body: '<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>',
};

/** Serves a free port. Every answer carries CORS for any origin. */
export async function startTiny(options: TinyOptions): Promise<TinyServer> {
  const { address = '127.0.0.1', failEvery = Infinity } = options;
  let requests = 0;
  const answer = (asked: Asked): Answer => {
    requests += 1;
    return requests % failEvery === 0 ? INTERNAL_ERROR : options.answer(asked);
  };
  const server: Server = createServer({ noDelay: true }, (socket) => {
    const connection = new Connection({ ...options, answer }, (data) => line.write(data));
    const line = new Line(socket, options.speed, (chunk) => connection.receive(chunk));
    socket.on('error', () => socket.destroy());
  });
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

class Connection {
  readonly #options: TinyOptions;
  readonly #write: (data: string) => void;
  #head: Buffer = Buffer.alloc(0);
  #asked: Omit<Asked, 'body'> | undefined;
  #kept: Buffer[] = [];
  #left = 0;

  constructor(options: TinyOptions, write: (data: string) => void) {
    this.#options = options;
    this.#write = write;
  }

  receive(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#asked) {
        this.#head = this.#head.length === 0 ? rest : Buffer.concat([this.#head, rest]);
        const end = this.#head.indexOf(END_OF_HEAD);
        if (end < 0) return;
        rest = this.#head.subarray(end + END_OF_HEAD.length);
        this.#begin(this.#head.toString('latin1', 0, end));
        this.#head = Buffer.alloc(0);
      } else {
        const taken = rest.subarray(0, this.#left);
        rest = rest.subarray(taken.length);
        this.#left -= taken.length;
        if (this.#asked.bodyBytes <= this.#options.keepBytes) this.#kept.push(taken);
      }
      if (this.#left === 0) this.#finish();
    }
  }

  #begin(head: string): void {
    const [first = '', ...lines] = head.split('\r\n');
    const [method = '', target = ''] = first.split(' ');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    this.#left = Number(headers.get('content-length') ?? 0);
    const arrivedAt = performance.timeOrigin + performance.now();
    this.#asked = { method, target, headers, bodyBytes: this.#left, arrivedAt };
  }

  #finish(): void {
    const asked = this.#asked;
    if (!asked) return;
    const body = Buffer.concat(this.#kept).toString();
    this.#asked = undefined;
    this.#kept = [];
    const isPreflight = asked.method === 'OPTIONS';
    const { traffic } = this.#options;
    if (traffic) traffic[isPreflight ? 'preflights' : 'requests'] += 1;
    const {
      status,
      headers,
      body: answered = '',
    } = isPreflight ? { status: 204 } : this.#options.answer({ ...asked, body });
    const wanted = asked.headers.get('access-control-request-headers');
    const cors = { ...CORS, ...(wanted && { 'access-control-allow-headers': wanted }) };
    const head = Object.entries({ ...cors, ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const length = status === 204 ? [] : [`content-length: ${Buffer.byteLength(answered)}`];
    this.#write([`HTTP/1.1 ${status} OK`, ...head, ...length, '', answered].join('\r\n'));
  }
}
