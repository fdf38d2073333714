/**
 * Reads a form with a file at its end, and the file as a stream. `Request.formData()` would keep the
 * whole file in memory: https://developers.cloudflare.com/workers/platform/limits/#memory
 */
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
 *
 * @throws ProblemError `invalid_request` for what is not such a form.
 */
export async function readForm(request: Request): Promise<Form> {
  const boundary = boundaryOf(request.headers.get('content-type') ?? '');
  const length = Number(request.headers.get('content-length') ?? NaN);
  if (!request.body || !Number.isSafeInteger(length)) throw bad('has no length');
  const reader = new ByteReader(request.body);
  const fields = new Map<string, string>();
  await reader.expect(`--${boundary}\r\n`);
  for (;;) {
    const headers = await reader.until('\r\n\r\n');
    const name = /^content-disposition: *form-data; *name="([^"]*)"/im.exec(headers)?.[1];
    if (name === undefined) throw bad('has a part without a name');
    if (name === 'file') break;
    fields.set(name, await reader.until(`\r\n--${boundary}\r\n`));
  }
  const end = `\r\n--${boundary}--\r\n`;
  const bytes = length - reader.consumed - end.length;
  if (bytes < 0) throw bad('is cut off');
  return { fields, bytes, chunks: reader.rest(bytes, end) };
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

/** Reads text up to a mark, and then bytes. */
class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #ahead = new Uint8Array();
  /** Bytes that have been taken. */
  consumed = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async expect(text: string): Promise<void> {
    if ((await this.until(text)) !== '') throw bad('does not begin as it should');
  }

  /** The text in front of `mark`, which is taken too. */
  async until(mark: string): Promise<string> {
    for (;;) {
      const at = indexOf(this.#ahead, mark);
      if (at >= 0) {
        const text = new TextDecoder().decode(this.#ahead.subarray(0, at));
        this.#take(at + mark.length);
        return text;
      }
      if (this.consumed + this.#ahead.length > MAX_HEAD_BYTES) throw bad('has too large fields');
      const { value } = await this.#reader.read();
      if (!value) throw bad('ends too early');
      this.#ahead = joined(this.#ahead, value);
    }
  }

  /** `bytes` bytes, which `end` has to follow, and nothing else. */
  async *rest(bytes: number, end: string): AsyncGenerator<Uint8Array> {
    let left = bytes;
    let held: Uint8Array = this.#ahead.subarray(0, left);
    let tail: Uint8Array = this.#ahead.slice(left);
    left -= held.length;
    for (;;) {
      const { value } = await this.#reader.read();
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
    this.consumed += bytes;
  }
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
