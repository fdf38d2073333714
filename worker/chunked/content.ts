/** The bytes of a request, whether they are its body or the file of a form. */
import type { SignerContext } from '../context.ts';
import { FormReader } from '../http/form-data.ts';
import { drain } from '../http/drain.ts';
import { ProblemError } from '../problem.ts';

/** Bytes of a file. */
export interface Content {
  /** How many they are; undefined if the request does not tell. */
  readonly bytes: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Bytes, and what the request says about their file. */
export interface Sent extends Content {
  /** Fields of the form, except its file. */
  readonly fields: ReadonlyMap<string, string>;
  /** The file's name and media type, if they came with the file. */
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** Reads what is left of a request that is refused, if some of it has been read: see `drain`. */
  discard(): Promise<void>;
}

/** Read at a time: fewer calls cost less CPU, and this much is lost when a connection breaks. */
const READ_BYTES = 64 * 1024;

/** True for a form with a file. */
export function isForm(c: SignerContext): boolean {
  return /^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '');
}

/**
 * Reads the form up to its file.
 *
 * @param field of the file; undefined: the first part that has a file's name.
 * @throws ProblemError `invalid_request`.
 */
export async function readForm(c: SignerContext, field: string | undefined): Promise<Sent> {
  const reader = new FormReader(c.req.raw);
  const discard = () => reader.drain();
  try {
    const form = await reader.readUpTo(field);
    return { ...form, name: form.file.filename, type: form.file.type, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** @throws ProblemError `invalid_request` for a length that is not a number. */
export function bodyOf(c: SignerContext): Content {
  const { body } = c.req.raw;
  return { bytes: lengthOf(c), chunks: body ? chunksOf(body, c.req.raw) : nothing() };
}

function lengthOf(c: SignerContext): number | undefined {
  const length = c.req.header('content-length');
  if (length !== undefined) return wholeNumber(length, 'content-length');
  return c.req.raw.body ? undefined : 0;
}

/** @throws ProblemError `invalid_request` for anything but digits. */
export function wholeNumber(text: string, field: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new ProblemError('invalid_request', `${field} must be a whole number.`, { field });
}

/**
 * All bytes at once, for a checksum that has to be right before any of them is written.
 *
 * @throws ProblemError `too_large`.
 */
export async function gather(
  { chunks, bytes }: Content,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = () =>
    new ProblemError('too_large', `A chunk with a checksum has at most ${most} bytes.`);
  if (bytes !== undefined && bytes > most) throw refuse();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of chunks) {
    length += piece.length;
    if (length > most) throw refuse();
    // The piece's memory is used again for the next one.
    pieces.push(piece.slice());
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** @throws ProblemError `invalid_request` if there are more than `bytes`. */
export async function* atMost(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) {
      throw new ProblemError('invalid_request', `More than ${bytes} bytes were sent.`, {
        field: 'content-range',
      });
    }
    yield chunk;
  }
}

/** Bytes that are in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return {
    bytes: bytes.length,
    chunks: (async function* () {
      yield bytes;
    })(),
  };
}

async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  request: Request,
): AsyncGenerator<Uint8Array> {
  const read = readerOf(body);
  let isRead = false;
  try {
    for (;;) {
      const { value } = await read().catch(brokenOff);
      isRead = value === undefined;
      if (!value) return;
      yield value;
    }
  } finally {
    if (!isRead) await drain({ read }, request);
  }
}

/** @throws ProblemError `incomplete`: nobody may be there to read it, but the log tells it from a defect. */
function brokenOff(): never {
  const detail = 'The request broke off: ask for the offset, and continue there.';
  throw new ProblemError('incomplete', detail);
}

type Read = () => Promise<{ readonly value?: Uint8Array | undefined }>;

/** Reads into the same memory again and again, where the stream can. */
function readerOf(body: ReadableStream<Uint8Array>): Read {
  let byob: ReadableStreamBYOBReader;
  try {
    byob = body.getReader({ mode: 'byob' });
  } catch {
    const reader = body.getReader();
    return () => reader.read();
  }
  let memory = new ArrayBuffer(READ_BYTES);
  return async () => {
    const { value, done } = await byob.read(new Uint8Array(memory));
    // At the end there is an empty view, with the memory.
    if (done || !value) return {};
    memory = value.buffer;
    return { value };
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty body.
}
