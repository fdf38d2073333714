/** The bytes of a request, whether they are its body or the file of a form. */
import type { SignerContext } from '../context.ts';
import { FormReader } from '../http/form-data.ts';
import { drain } from '../http/drain.ts';
import { ProblemError } from '../problem.ts';
import { MOST_CHECKED_BYTES, verifyChunk, type ChunkChecksum } from './digests.ts';

/** Bytes of a file. */
export interface Content {
  /** How many they are; undefined if the request does not tell. */
  readonly bytes: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Checksum of all of them, of which none is written before it is known to be right. */
  readonly checksum?: ChunkChecksum;
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
 * The content with its checksum, if the client sent one.
 *
 * @throws ProblemError `too_large` for more bytes than are kept in memory.
 */
export function withChecksum(content: Content, checksum: ChunkChecksum | undefined): Content {
  if (!checksum) return content;
  if ((content.bytes ?? 0) > MOST_CHECKED_BYTES) throw tooManyChecked();
  return { ...content, checksum };
}

/** Memory that it takes to compare the content's checksum. */
export function checkedBytesOf({ bytes = MOST_CHECKED_BYTES, checksum }: Content): number {
  return checksum ? bytes : 0;
}

/**
 * The content, with all of its bytes in memory if it has a checksum, which is right then. Reserve
 * `checkedBytesOf` before.
 *
 * @param moved called as bytes arrive.
 * @throws ChunkMismatch; ProblemError `too_large`.
 */
export async function verified(content: Content, moved: () => void): Promise<Content> {
  const { checksum } = content;
  if (!checksum) return content;
  const all = new Uint8Array(checkedBytesOf(content));
  let length = 0;
  for await (const piece of content.chunks) {
    moved();
    if (length + piece.length > all.length) throw tooManyChecked();
    all.set(piece, length);
    length += piece.length;
  }
  const bytes = all.subarray(0, length);
  await verifyChunk(checksum, bytes);
  return contentOf(bytes);
}

function tooManyChecked(): ProblemError {
  const detail = `A chunk with a checksum has at most ${MOST_CHECKED_BYTES} bytes.`;
  return new ProblemError('too_large', detail);
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
function contentOf(bytes: Uint8Array): Content {
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
