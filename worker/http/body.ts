/**
 * Reads request bodies: requires JSON, caps the size by counting bytes, and validates by a schema.
 */
import * as v from 'valibot';
import { parseJson } from '../util/parse-json.ts';
import { ProblemError } from '../problem.ts';
import { readCapped } from '../util/read-capped.ts';
import { drain } from './drain.ts';

/** Enough for 100 files with metadata, or 500 parts with their checksums. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The validated body. The cap counts the bytes that arrive, because `Content-Length` is only the
 * client's claim (Hono's bodyLimit trusts it: GHSA-9vqf-7f2p-gf9v).
 *
 * @throws ProblemError `invalid_request` with the path to the invalid value, or `too_large`.
 */
export async function readBody<S extends v.GenericSchema>(
  request: Request,
  schema: S,
  maxBytes = MAX_BODY_BYTES,
): Promise<v.InferOutput<S>> {
  // This also makes a cross-site form post need a preflight:
  // https://fetch.spec.whatwg.org/#cors-safelisted-request-header
  if (typeOf(request) !== 'application/json') {
    throw new ProblemError('invalid_request', 'The body must be sent as application/json.');
  }
  const value = parseJson(await readText(request, maxBytes));
  if (value === undefined) throw new ProblemError('invalid_request', 'The body is not valid JSON.');
  return parse(schema, value);
}

/** Whether the body is form-encoded. */
export function isForm(request: Request): boolean {
  return typeOf(request) === 'application/x-www-form-urlencoded';
}

/**
 * The fields of a form-encoded body. Of a field that comes twice, the last one counts.
 *
 * @throws ProblemError `too_large`, or `invalid_request` for a missing body.
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(await readText(request, MAX_BODY_BYTES)));
}

/**
 * A validated value; `path` is its place in the request.
 *
 * @throws ProblemError `invalid_request` with `field`.
 */
export function parse<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  path = '',
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = joinPath(path, issue.path?.map((item) => item.key) ?? []);
  throw new ProblemError('invalid_request', explain(issue, field), { field });
}

/** The media type of the body, without its parameters and in lower case. */
export function typeOf(request: Request): string | undefined {
  return request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
}

/** @throws ProblemError as `readBytes`, or `invalid_request` for a body that is missing or not UTF-8. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const { body } = request;
  if (!body) throw new ProblemError('invalid_request', 'The body is missing.');
  const bytes = await readBytes(request, body, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new ProblemError('invalid_request', 'The body is not valid UTF-8.');
  }
}

/**
 * The whole body.
 *
 * @throws ProblemError `too_large`; `incomplete` if the client breaks off, so that the log tells that from
 *   a defect.
 */
export async function readBytes(
  request: Request,
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await readCapped(body, maxBytes, (reader) => drain(reader, request));
  } catch {
    throw new ProblemError('incomplete', 'The request broke off: send it again.');
  }
  if (bytes) return bytes;
  throw new ProblemError('too_large', `The body is larger than ${maxBytes} bytes.`);
}

/** Never repeats what was received: it may be a token, or a megabyte. */
function explain(issue: v.BaseIssue<unknown>, field: string): string {
  const expected = issue.expected ?? issue.requirement;
  const where = field === '' ? 'The body' : field;
  return expected === null || expected === undefined
    ? `${where} is not valid.`
    : `${where} is not valid: expected ${String(expected).slice(0, 200)}.`;
}

function joinPath(start: string, keys: readonly unknown[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key).slice(0, 64) : `${path}.${String(key).slice(0, 64)}`;
  }, start);
}
