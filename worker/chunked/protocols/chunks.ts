/**
 * Chunks as drf-chunked-upload has them (https://github.com/jkeifer/drf-chunked-upload): the first PUT
 * begins the upload, each one says its place in `Content-Range`, and a POST with the checksum of the
 * whole file finishes it. A request without `Content-Range` holds the whole file.
 */
import type * as v from 'valibot';
import { metadataOfQuery } from '../../object/metadata.ts';
import type { Signer, SignerContext, SignerHandler } from '../../context.ts';
import { readBody, readBytes } from '../../http/body.ts';
import { ProblemError } from '../../problem.ts';
import { isVerifying, type ChunkedAnswer, type Result, type Verifying } from '../../protocol.ts';
import { ChunkedBeginBody, ChunkedFinishBody } from '../../protocol/chunks/schemas.ts';
import { appendFirst, appendMore, OffsetMismatch } from '../append.ts';
import { chunkedAnswer, offsetHeaders } from './answers.ts';
import { begin, locate, turnOf, type Located } from '../begin.ts';
import { atMost, bodyOf, isForm, readForm, type Sent } from '../content.ts';
import { wholeChecksumOf } from '../digests.ts';
import { filenameOf } from './filename.ts';
import { finish } from '../finish.ts';
import { positionOf, type Position } from '../position.ts';
import type { Turns } from '../turns.ts';

const MOST_FIELD_BYTES = 16 * 1024;

/** `PUT /chunks` and `POST /chunks`: begins an upload with its first chunk, or with the whole file. */
export function beginRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    if (isDescription(c)) {
      const { id, name, bytes, path, ...rest } = await readBody(c.req.raw, ChunkedBeginBody);
      const { type = '', metadata = {} } = rest;
      const { upload, entry } = await begin(signer, c, { id, name, bytes, type, path, metadata });
      return begun(signer, c, { upload, entry }, 0);
    }
    const range = rangeOf(c);
    if (range && range.start !== 0) throw new OffsetMismatch(0, range.start);
    return withContent(c, range, async (sent) => {
      const fields = fieldsOf(c, sent);
      const checksum = wholeChecksumOf(fields);
      const bytes = range ? range.total : sent.bytes;
      const file = await begin(signer, c, {
        id: fields['id'],
        name: fields['filename'] ?? fields['name'] ?? sent.name,
        type: typeOf(fields['type'] ?? sent.type),
        path: fields['path'],
        bytes,
        metadata: metadataOfQuery(fields),
        checksum: bytes === undefined ? undefined : checksum,
      });
      const offset = await appendFirst(signer, c, turns, file, sent);
      return range ? begun(signer, c, file, offset) : finished(signer, c, file, checksum, 201);
    });
  };
}

/** `PUT /chunks/:upload`: the next chunk. */
export function chunkRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const { upload, entry } = await locate(signer, c);
    const range = rangeOf(c);
    if (!range) {
      const detail = 'Content-Range is missing: say which bytes of the file these are.';
      throw new ProblemError('invalid_request', detail, { field: 'content-range' });
    }
    if (range.total !== undefined && !upload.unsized && range.total !== upload.bytes) {
      const detail = `The file has ${upload.bytes} bytes.`;
      throw new ProblemError('invalid_request', detail, { field: 'content-range' });
    }
    const { upload: extended, offset } = await withContent(c, range, (sent) =>
      appendMore(signer, c, turns, { upload, entry }, range.start, sent),
    );
    const answer = await chunkedAnswer(signer, c, extended, offset);
    return c.json<ChunkedAnswer>(answer, 200, offsetHeaders(extended, offset));
  };
}

/** `POST /chunks/:upload`: finishes the upload. */
export function finishRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    // Whatever the clock says: what has come is completed.
    const located = await locate(signer, c, 'at-any-time');
    await turns.wait(turnOf(located.upload));
    return finished(signer, c, located, wholeChecksumOf(await finishFields(c)), 200);
  };
}

/** `GET /chunks/:upload`. */
export function statusRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const located = await locate(signer, c);
    await turns.wait(turnOf(located.upload));
    const { upload, entry } = located;
    const position = await positionOf(signer, upload, entry);
    const { offset } = position;
    const answer = await chunkedAnswer(signer, c, upload, offset, endOf(position));
    return c.json<ChunkedAnswer>(answer, 200, offsetHeaders(upload, offset));
  };
}

function endOf(position: Position): Result | Pick<Verifying, 'verifiedBytes'> | undefined {
  if (position.kind === 'open') return undefined;
  return position.kind === 'complete' ? position.result : position;
}

async function begun(signer: Signer, c: SignerContext, { upload }: Located, offset: number) {
  const answer = await chunkedAnswer(signer, c, upload, offset);
  const headers = { location: answer.url, ...offsetHeaders(upload, offset) };
  return c.json<ChunkedAnswer>(answer, 201, headers);
}

async function finished(
  signer: Signer,
  c: SignerContext,
  located: Located,
  checksum: ReturnType<typeof wholeChecksumOf>,
  status: 200 | 201,
) {
  const end = await finish(signer, c, located, checksum);
  const answer = await chunkedAnswer(signer, c, located.upload, end.bytes, end);
  const headers = { location: answer.url, ...offsetHeaders(located.upload, end.bytes) };
  if (!isVerifying(end)) return c.json<ChunkedAnswer>(answer, status, headers);
  return c.json<ChunkedAnswer>(answer, 202, { ...headers, 'retry-after': `${end.retryAfter}` });
}

/** JSON describes a file to come, unless the request names the file that it holds. */
function isDescription(c: SignerContext): boolean {
  const isJson = /^application\/json\b/i.test(c.req.header('content-type') ?? '');
  const isFile =
    c.req.header('content-disposition') !== undefined || c.req.query('filename') !== undefined;
  return isJson && !isFile && c.req.method === 'POST';
}

/** Hands over the bytes of the request. If it is refused, the rest of what has been begun is read. */
async function withContent<T>(
  c: SignerContext,
  range: Range | undefined,
  use: (sent: Sent) => Promise<T>,
): Promise<T> {
  const sent = await sentOf(c);
  try {
    return await use(inRange(sent, range));
  } catch (error) {
    await sent.discard();
    throw error;
  }
}

/** The body as it is, or the file of a form. */
async function sentOf(c: SignerContext): Promise<Sent> {
  if (isForm(c)) return readForm(c, c.req.query('field'));
  const name = filenameOf(c.req.header('content-disposition'));
  const type = c.req.header('content-type');
  return { ...bodyOf(c), fields: new Map(), name, type, discard: () => Promise.resolve() };
}

/** Fields of the query and of the form; those of the form count. */
function fieldsOf(c: SignerContext, { fields }: Sent): Readonly<Record<string, string>> {
  return { ...c.req.query(), ...Object.fromEntries(fields) };
}

/** What `curl` sends if it is not told a type says nothing about the file. */
function typeOf(type: string | undefined): string {
  return type === undefined || /^application\/x-www-form-urlencoded\b/i.test(type) ? '' : type;
}

interface Range {
  readonly start: number;
  readonly bytes: number;
  /** Undefined for `*`: the client does not know. */
  readonly total: number | undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-content-range */
function rangeOf(c: SignerContext): Range | undefined {
  const header = c.req.header('content-range');
  if (header === undefined) return undefined;
  const [, first = '', last = '', size = ''] =
    /^bytes +(\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last) + 1];
  const total = size === '*' ? undefined : Number(size);
  const isGood = first !== '' && start < end && end <= (total ?? Number.MAX_SAFE_INTEGER);
  if (isGood) return { start, bytes: end - start, total };
  const detail = 'Content-Range must be `bytes first-last/size`, as in `bytes 0-1023/4096`.';
  throw new ProblemError('invalid_request', detail, { field: 'content-range' });
}

/** @throws ProblemError `invalid_request` for a chunk of another length than the range's. */
function inRange(sent: Sent, range: Range | undefined): Sent {
  if (!range) return sent;
  const { bytes = range.bytes, chunks } = sent;
  if (bytes === range.bytes) return { ...sent, bytes, chunks: atMost(chunks, bytes) };
  const detail = `Content-Range says ${range.bytes} bytes, and ${bytes} are sent.`;
  throw new ProblemError('invalid_request', detail, { field: 'content-range' });
}

/** JSON, a form, or nothing. */
async function finishFields(c: SignerContext): Promise<Record<string, string>> {
  const type = c.req.header('content-type') ?? '';
  if (type === '' || c.req.raw.body === null) return c.req.query();
  if (/^application\/json\b/i.test(type))
    return stated(await readBody(c.req.raw, ChunkedFinishBody));
  const body = await readBytes(c.req.raw, c.req.raw.body, MOST_FIELD_BYTES);
  const form = await new Response(body, { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new ProblemError('invalid_request', 'The body is neither JSON nor a form.');
    });
  const texts = [...form].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return { ...c.req.query(), ...Object.fromEntries(texts) };
}

function stated(fields: v.InferOutput<typeof ChunkedFinishBody>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
