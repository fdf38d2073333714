/**
 * Reads a form with a file at its end, and the file as a stream. `Request.formData()` would keep the
 * whole file in memory: https://developers.cloudflare.com/workers/platform/limits/#memory
 */
import { drain } from '../http/drain.ts';
import { ProblemError } from '../problem.ts';

/** Fields are read, the file is not. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** Of the file, known before the first of it is read. */
  readonly bytes: number;
  /** The file. Throws where the form does not end as it should: the last piece is held back for it. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Fields and their headers, all together: a token of 7 KB and a key of 1 KB. */
const MAX_HEAD_BYTES = 32 * 1024;

/**
 * Browsers encode a form as https://html.spec.whatwg.org/#multipart-form-data says: the file is the
 * last part, and nothing follows its delimiter, so `Content-Length` tells its size.
 */
export class FormReader {
  readonly #request: Request;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #ahead: Uint8Array = new Uint8Array();
  #consumed = 0;

  constructor(request: Request) {
    this.#request = request;
    this.#reader = request.body?.getReader();
  }

  /** @throws ProblemError `invalid_request` for what is not such a form. */
  async read(): Promise<Form> {
    const { headers } = this.#request;
    const boundary = boundaryOf(headers.get('content-type') ?? '');
    const length = Number(headers.get('content-length') ?? NaN);
    if (!Number.isSafeInteger(length)) throw bad('has no length');
    const fields = new Map<string, string>();
    if ((await this.#until(`--${boundary}\r\n`)) !== '') throw bad('does not begin as it should');
    for (;;) {
      const head = await this.#until('\r\n\r\n');
      const name = /^content-disposition: *form-data; *name="([^"]*)"/im.exec(head)?.[1];
      if (name === undefined) throw bad('has a part without a name');
      if (name === 'file') break;
      fields.set(name, await this.#until(`\r\n--${boundary}\r\n`));
    }
    const end = `\r\n--${boundary}--\r\n`;
    const bytes = length - this.#consumed - end.length;
    if (bytes < 0) throw bad('is cut off');
    return { fields, bytes, chunks: this.#rest(bytes, end) };
  }

  /** Has had enough of it. */
  drain(): Promise<void> {
    return drain(this.#reader);
  }

  /** The text in front of `mark`, which is taken too. */
  async #until(mark: string): Promise<string> {
    for (;;) {
      const at = indexOf(this.#ahead, mark);
      if (at >= 0) {
        const text = new TextDecoder().decode(this.#ahead.subarray(0, at));
        this.#take(at + mark.length);
        return text;
      }
      if (this.#consumed + this.#ahead.length > MAX_HEAD_BYTES) throw bad('has too large fields');
      const { value } = (await this.#reader?.read()) ?? {};
      if (!value) throw bad('ends too early');
      this.#ahead = joined(this.#ahead, value);
    }
  }

  /** `bytes` bytes, which `end` has to follow, and nothing else. */
  async *#rest(bytes: number, end: string): AsyncGenerator<Uint8Array> {
    let left = bytes;
    let held: Uint8Array = this.#ahead.subarray(0, left);
    let tail: Uint8Array = this.#ahead.slice(left);
    left -= held.length;
    for (;;) {
      const { value } = (await this.#reader?.read()) ?? {};
      if (!value) break;
      const piece = value.subarray(0, left);
      left -= piece.length;
      if (piece.length > 0) {
        if (held.length > 0) yield held;
        held = piece;
      }
      tail = joined(tail, value.subarray(piece.length));
      if (tail.length > end.length) break;
    }
    if (left > 0 || new TextDecoder().decode(tail) !== end) throw bad('does not end with its file');
    if (held.length > 0) yield held;
  }

  #take(bytes: number): void {
    this.#ahead = this.#ahead.slice(bytes);
    this.#consumed += bytes;
  }
}

/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
function boundaryOf(contentType: string): string {
  const [, quoted, bare] =
    /^multipart\/form-data;.*\bboundary=(?:"([^"]{1,70})"|([\w'()+,./:=?-]{1,70}))/i.exec(
      contentType,
    ) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw bad('is no multipart/form-data');
  return boundary;
}

function bad(what: string): ProblemError {
  return new ProblemError('invalid_request', `The form ${what}.`);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Marks are ASCII and short, and what is searched is at most 32 KiB. */
function indexOf(bytes: Uint8Array, mark: string): number {
  const last = bytes.length - mark.length;
  for (let at = 0; at <= last; at++) {
    let same = 0;
    while (same < mark.length && bytes[at + same] === mark.charCodeAt(same)) same++;
    if (same === mark.length) return at;
  }
  return -1;
}
