/** A client of the Worker that knows HTTP and nothing of the Worker's code. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type {
  Created,
  CreateAnswer,
  FileAnswer,
  FileEntry,
  PartReceipt,
  Problem,
  Result,
  SignAnswer,
  SignedRequest,
} from '../../../worker/protocol.ts';
import { quickSum } from '../quick-sums.ts';

/** An answer, read to its end. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Body and headers of a request. `json` is sent as JSON. */
export interface Sent {
  readonly json?: unknown;
  readonly body?: RequestInit['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the Worker as somebody. */
export class Caller {
  readonly #address: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(address: URL, headers: Readonly<Record<string, string>>) {
    this.#address = address;
    this.#headers = headers;
  }

  async call<T>(method: string, path: string, sent: Sent = {}): Promise<Answer<T>> {
    const { json, body = json === undefined ? null : JSON.stringify(json), headers } = sent;
    const response = await fetch(new URL(path, this.#address), {
      method,
      body,
      redirect: 'manual',
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...this.#headers,
        ...headers,
      },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readJson(text) as T };
  }

  /** Expects a status of success, and gives the body. */
  async expect<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    const answer = await this.call<T>(method, path, sent);
    assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${told(answer)}`);
    return answer.body;
  }

  async create(file: Partial<FileEntry> & { readonly bytes: number }): Promise<Created> {
    const entry = { id: randomUUID(), name: 'file.bin', type: '', ...file };
    const json = { files: [entry] };
    const { uploads } = await this.expect<CreateAnswer>('POST', '/uploads', { json });
    const [slot] = uploads;
    assert.ok(slot && 'token' in slot, `Create was refused: ${JSON.stringify(slot)}`);
    return slot;
  }

  /** Has these parts signed, and sends them to the store. */
  async sendParts(
    upload: Created,
    file: Uint8Array<ArrayBuffer>,
    numbers: readonly number[] = allParts(upload),
  ): Promise<{ receipts: PartReceipt[]; token: string; expiresAt: string }> {
    const { requests, token, expiresAt } = await this.expect<SignAnswer>(
      'POST',
      `/uploads/${upload.id}/sign`,
      {
        json: { parts: numbers.map((number) => numbered(upload, file, number)) },
        headers: tokenOf(upload),
      },
    );
    const receipts: PartReceipt[] = [];
    for (const request of requests) {
      const { etag } = await send(request, partOf(upload, file, request.number));
      receipts.push({ ...numbered(upload, file, request.number), etag });
    }
    return { receipts, token: token ?? upload.token, expiresAt: expiresAt ?? upload.expiresAt };
  }

  /** Completes an upload; while its checksum is being verified, again and again. */
  async complete(upload: Pick<Created, 'id' | 'token'>, json: object): Promise<Answer<Result>> {
    const path = `/uploads/${upload.id}/complete`;
    for (;;) {
      const answer = await this.call<Result>('POST', path, { json, headers: tokenOf(upload) });
      if (answer.status !== 202) return answer;
    }
  }

  /** Creates, sends and completes. */
  async upload(
    file: Uint8Array<ArrayBuffer>,
    entry: Partial<FileEntry> = {},
  ): Promise<{ upload: Created; answer: Answer<Result> }> {
    const upload = await this.create({ ...entry, bytes: file.length });
    const { receipts } = await this.sendParts(upload, file);
    return { upload, answer: await this.complete(upload, { parts: receipts }) };
  }

  /** The bytes of a complete upload, by its link. */
  async read(id: string): Promise<Uint8Array> {
    const headers = { accept: 'application/json' };
    const { url } = await this.expect<FileAnswer>('GET', `/uploads/${id}/file`, { headers });
    return read(url);
  }
}

export async function read(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  assert.equal(response.status, 200, await response.clone().text());
  return new Uint8Array(await response.arrayBuffer());
}

/** Sends one signed request to the store: a PUT or a form. */
export async function send(
  { number, method, url, headers, fields }: SignedRequest,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ readonly etag: string }> {
  const response = await fetch(url, {
    method,
    headers,
    body: fields ? form(fields, bytes) : bytes,
  });
  const text = await response.text();
  assert.ok(response.ok, `part ${number}: ${response.status} ${text}`);
  return { etag: (response.headers.get('etag') ?? '').replaceAll('"', '') };
}

function form(fields: Readonly<Record<string, string>>, bytes: Uint8Array<ArrayBuffer>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new Blob([bytes]));
  return data;
}

export function tokenOf({ token }: Pick<Created, 'token'>): { readonly 'upload-token': string } {
  return { 'upload-token': token };
}

/** A part's number, with its checksum where the upload has them. */
function numbered(
  upload: Pick<Created, 'checksum' | 'plan'>,
  file: Uint8Array<ArrayBuffer>,
  number: number,
): { readonly number: number; readonly checksum?: string } {
  const { checksum } = upload;
  if (checksum === null) return { number };
  return { number, checksum: quickSum(checksum, partOf(upload, file, number)) };
}

export function allParts({ plan }: Pick<Created, 'plan'>): number[] {
  const count = plan.kind === 'single' ? 1 : plan.parts;
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function partOf(
  { plan }: Pick<Created, 'plan'>,
  file: Uint8Array<ArrayBuffer>,
  number: number,
): Uint8Array<ArrayBuffer> {
  if (plan.kind === 'single') return file;
  return file.subarray((number - 1) * plan.partBytes, number * plan.partBytes);
}

/** What was answered, for the message of a failing test. */
export function told({ status, body }: Answer<unknown>): string {
  return `${status} ${JSON.stringify(body).slice(0, 400)}`;
}

/** Asserts the status and the code of a refusal. */
export function assertRefused(answer: Answer<unknown>, status: number, code: string): void {
  assert.equal(answer.status, status, told(answer));
  assert.equal((answer.body as Problem).code, code, told(answer));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
