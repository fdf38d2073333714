/** Calls `/chunks` as clients of its three protocols do. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ChunkedAnswer, Problem } from '../../../worker/protocol.ts';
import { tailKey } from '../../../worker/upload/tail.ts';
import { jwtFor, type Lab } from '../harness.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ChunkedAnswer & Problem & { readonly offset: number };
}

/** Where the tail of an upload lies: its URL holds the token, which says key and mark. */
export function tailKeyOf(url: string): string {
  const [, payload = ''] = new URL(url).pathname.split('/').at(-1)?.split('.') ?? [];
  const text = Buffer.from(payload, 'base64url').toString();
  return tailKey(JSON.parse(text) as { key: string; mark: string });
}

/** Names and values of headers. */
export type Given = Readonly<Record<string, string>>;

/** Sends the beginning of a request and hangs up, as a client does whose line breaks. */
export async function hangUp(
  lab: Lab,
  [method, url]: readonly [string, string],
  headers: Given,
  sent: Uint8Array,
): Promise<void> {
  const { hostname, port, host } = new URL((await lab.fetch('/health')).url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`${method} ${new URL(url).pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.write(sent, resolve));
  // What is written has reached the kernel; the Worker has it when it has read it.
  await untilQuiet(socket);
  socket.destroy();
}

async function untilQuiet(socket: Socket): Promise<void> {
  while (socket.writableLength > 0) await once(socket, 'drain');
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** One caller. */
export class Caller {
  readonly #lab: Lab;
  readonly authorization: string;

  constructor(lab: Lab, authorization: string) {
    this.#lab = lab;
    this.authorization = authorization;
  }

  /** @param url a path, or a URL of an answer. */
  async call(
    method: string,
    url: string,
    headers: Given = {},
    body?: Uint8Array | string | FormData,
  ): Promise<Answer> {
    const path = url.startsWith('http') ? new URL(url).pathname : url;
    const response = await this.#lab.fetch(path, {
      method,
      headers: { authorization: this.authorization, ...headers },
      ...(body !== undefined && {
        body: body instanceof Uint8Array ? new Uint8Array(body) : body,
      }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as Answer['body'],
    };
  }

  /** One chunk with its range; without `url`, the first one. */
  put(
    file: Uint8Array,
    start: number,
    end: number,
    { url, headers = {} }: { url?: string | undefined; headers?: Given } = {},
  ): Promise<Answer> {
    return this.call(
      'PUT',
      url ?? '/chunks?filename=film.bin',
      { 'content-range': `bytes ${start}-${end - 1}/${file.length}`, ...headers },
      file.subarray(start, end),
    );
  }

  /** All chunks, of `size` bytes each; the answer to the last. */
  async putAll(file: Uint8Array, size: number): Promise<Answer> {
    let answer = await this.put(file, 0, Math.min(size, file.length));
    const { url } = answer.body;
    for (let start = size; start < file.length; start += size) {
      answer = await this.put(file, start, Math.min(start + size, file.length), { url });
      if (answer.status !== 200) throw new Error(`${start}: ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }

  tus(method: string, url: string, headers: Given = {}, body?: Uint8Array): Promise<Answer> {
    const type = body === undefined ? {} : { 'content-type': 'application/offset+octet-stream' };
    return this.call(method, url, { 'tus-resumable': '1.0.0', ...type, ...headers }, body);
  }

  /** Creates by tus; its URL. */
  async tusCreate(headers: Given): Promise<string> {
    const { status, headers: answered, body } = await this.tus('POST', '/chunks', headers);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return answered.get('location') ?? '';
  }

  tusPatch(url: string, offset: number, body: Uint8Array, headers: Given = {}): Promise<Answer> {
    return this.tus('PATCH', url, { 'upload-offset': String(offset), ...headers }, body);
  }

  /** Appends as Resumable Uploads for HTTP has it. */
  patch(
    url: string,
    offset: number,
    body: Uint8Array,
    isLast: boolean,
    headers: Given = {},
  ): Promise<Answer> {
    return this.call(
      'PATCH',
      url,
      {
        'content-type': 'application/partial-upload',
        'upload-offset': String(offset),
        'upload-complete': isLast ? '?1' : '?0',
        ...headers,
      },
      body,
    );
  }
}

export async function callerOf(
  lab: Lab,
  sub = 'alice',
  claims: Record<string, unknown> = {},
): Promise<Caller> {
  return new Caller(lab, `Bearer ${await jwtFor(sub, claims)}`);
}
