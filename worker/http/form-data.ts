/**
 * Reads a form that ends with a file, and streams the file. `Request.formData()` would keep the
 * whole file in memory: https://developers.cloudflare.com/workers/platform/limits/#memory
 */
import { drain } from './drain.ts';
import { ProblemError } from '../problem.ts';

/** The fields after the first. The file has not been read yet. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** Size of the file, known before its first byte is read. */
  readonly bytes: number;
  /**
   * The file. Throws if the form does not end as it must; the last chunk is held back until then.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What the headers of one part say. */
export interface PartHead {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
}

/** Limit for all fields and their headers together: a token of 7 KB and a key of 1 KB. */
const MAX_HEAD_BYTES = 32 * 1024;

/**
 * Browsers encode a form as https://html.spec.whatwg.org/#multipart-form-data describes: the file
 * is the last part and nothing follows its delimiter, so `Content-Length` gives its size.
 */
export class FormReader {
  readonly #request: Request;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #room = new Uint8Array();
  #ahead = this.#room;
  #consumed = 0;

  constructor(request: Request) {
    this.#request = request;
    this.#reader = request.body?.getReader();
  }

  /**
   * Passes the first field's value to `open` before it reads anything else, so that a form without
   * a valid token costs no more than its token.
   *
   * @throws ProblemError `invalid_request` for anything but such a form, and what `open` throws.
   */
  async read<T>(
    first: string,
    open: (value: string) => Promise<T>,
  ): Promise<{ readonly opened: T; readonly form: Form }> {
    const { next, end, length } = await this.#begin();
    if ((await this.#head()).name !== first) throw bad(`does not begin with its ${first} field`);
    const opened = await open(await this.#until(next));
    const { fields } = await this.#fieldsBefore(({ name }) => name === 'file', next);
    return { opened, form: { fields, ...this.#file(length, end) } };
  }

  /**
   * Reads the fields before the file.
   *
   * @param field name of the file's field; undefined: the first part that has a file name.
   * @throws ProblemError `invalid_request` for anything but a form that ends with a file.
   */
  async readUpTo(field: string | undefined): Promise<Form & { readonly file: PartHead }> {
    const { next, end, length } = await this.#begin();
    const { fields, file } = await this.#fieldsBefore(
      ({ name, filename }) => (field === undefined ? filename !== undefined : name === field),
      next,
    );
    return { fields, file, ...this.#file(length, end) };
  }

  async #begin(): Promise<{ next: string; end: string; length: number }> {
    const { headers } = this.#request;
    const boundary = boundaryOf(headers.get('content-type') ?? '');
    const length = Number(headers.get('content-length') ?? NaN);
    if (!Number.isSafeInteger(length)) throw bad('has no length');
    if ((await this.#until(`--${boundary}\r\n`)) !== '') throw bad('does not begin as it should');
    return { next: `\r\n--${boundary}\r\n`, end: `\r\n--${boundary}--\r\n`, length };
  }

  async #fieldsBefore(isFile: (head: PartHead) => boolean, next: string) {
    const fields = new Map<string, string>();
    for (;;) {
      const head = await this.#head();
      if (isFile(head)) return { fields, file: head };
      fields.set(head.name, await this.#until(next));
    }
  }

  #file(length: number, end: string): Pick<Form, 'bytes' | 'chunks'> {
    const bytes = length - this.#consumed - end.length;
    if (bytes < 0) throw bad('is cut off');
    return { bytes, chunks: this.#rest(bytes, end) };
  }

  async #head(): Promise<PartHead> {
    const head = await this.#until('\r\n\r\n');
    const disposition = /^content-disposition: *form-data;(.*)$/im.exec(head)?.[1] ?? '';
    const name = parameterOf(disposition, 'name');
    if (name === undefined) throw bad('has a part without a name');
    const filename = parameterOf(disposition, 'filename');
    const type = /^content-type: *([^\r\n]*)$/im.exec(head)?.[1];
    return {
      name,
      ...(filename !== undefined && { filename }),
      ...(type !== undefined && { type }),
    };
  }

  /** Discards the rest of the body. */
  drain(): Promise<void> {
    return drain(this.#reader, this.#request);
  }

  /**
   * The text before `mark`, which is consumed too. No byte is searched or moved more than twice.
   */
  async #until(mark: string): Promise<string> {
    for (let from = 0; ;) {
      const at = indexOf(this.#ahead, mark, from);
      if (at >= 0) {
        const text = new TextDecoder().decode(this.#ahead.subarray(0, at));
        this.#ahead = this.#ahead.subarray(at + mark.length);
        this.#consumed += at + mark.length;
        return text;
      }
      if (this.#consumed + this.#ahead.length > MAX_HEAD_BYTES) throw bad('has too large fields');
      from = Math.max(0, this.#ahead.length - mark.length + 1);
      const value = await this.#read();
      if (!value) throw bad('ends too early');
      this.#append(value);
    }
  }

  /** The next bytes; undefined at the end. @throws ProblemError `incomplete`, so that the log tells it from a defect. */
  async #read(): Promise<Uint8Array | undefined> {
    try {
      return (await this.#reader?.read())?.value;
    } catch {
      throw new ProblemError('incomplete', 'The request broke off: send it again.');
    }
  }

  /**
   * Appends to a buffer that doubles. Otherwise, input of one byte at a time would copy everything
   * before it.
   */
  #append(value: Uint8Array): void {
    const { buffer, byteOffset, length } = this.#ahead;
    const needed = length + value.length;
    const isOurs = buffer === this.#room.buffer;
    if (!isOurs || byteOffset + needed > this.#room.length) {
      this.#room = new Uint8Array(2 * needed);
      this.#room.set(this.#ahead);
      this.#ahead = this.#room.subarray(0, length);
    }
    const start = this.#ahead.byteOffset;
    this.#room.set(value, start + length);
    this.#ahead = this.#room.subarray(start, start + needed);
  }

  /** Yields `bytes` bytes, which only `end` may follow. */
  async *#rest(bytes: number, end: string): AsyncGenerator<Uint8Array> {
    let left = bytes;
    let buffered: Uint8Array = this.#ahead.subarray(0, left);
    let tail: Uint8Array = this.#ahead.slice(left);
    left -= buffered.length;
    for (;;) {
      const value = await this.#read();
      if (!value) break;
      const piece = value.subarray(0, left);
      left -= piece.length;
      if (piece.length > 0) {
        if (buffered.length > 0) yield buffered;
        buffered = piece;
      }
      tail = joined(tail, value.subarray(piece.length));
      if (tail.length > end.length) break;
    }
    if (left > 0 || new TextDecoder().decode(tail) !== end) throw bad('does not end with its file');
    if (buffered.length > 0) yield buffered;
  }
}

/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
function boundaryOf(contentType: string): string {
  const [, quoted, bare] =
    /^multipart\/form-data;.*\bboundary=(?:"([^"]{1,70})"|([\w'()+,./:=?-]{1,70}))/i.exec(
      contentType,
    ) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw bad('is not multipart/form-data');
  return boundary;
}

/** Browsers encode quotes and line breaks: https://html.spec.whatwg.org/#multipart-form-data */
function parameterOf(disposition: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|;) *${name}="([^"\r\n]*)"`, 'i').exec(disposition)?.[1];
  return value?.replace(/%(22|0D|0A)/gi, (code) => decodeURIComponent(code));
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

/** Marks are ASCII and have at most 76 bytes, so the search is linear. */
function indexOf(bytes: Uint8Array, mark: string, from: number): number {
  const last = bytes.length - mark.length;
  for (let at = from; at <= last; at++) {
    let same = 0;
    while (same < mark.length && bytes[at + same] === mark.charCodeAt(same)) same++;
    if (same === mark.length) return at;
  }
  return -1;
}
