/**
 * Resumable Uploads for HTTP (https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/),
 * interop versions 6 to 8, whose headers are the same. Workers cannot send informational answers, so
 * there is no `104 Upload Resumption Supported`: a client learns the upload's URL by a first request with
 * `Upload-Complete: ?0`.
 */
import type { Signer, SignerContext, SignerHandler } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { isVerifying, type Result, type Verifying } from '../../protocol.ts';
import type { Upload } from '../../upload/upload.ts';
import { appendFirst, appendMore } from '../append.ts';
import { offsetHeaders, secondsLeft, urlOf } from './answers.ts';
import { begin, locate, turnOf, type Located } from '../begin.ts';
import { bodyOf, wholeNumber, withChecksum, type Content } from '../content.ts';
import { digestOf, reprDigestOf } from '../digests.ts';
import { filenameOf } from './filename.ts';
import { finish, giveSize, InconsistentLength } from '../finish.ts';
import { largestChunkedFile } from '../plan.ts';
import { positionOf } from '../position.ts';
import type { Turns } from '../turns.ts';

export const PARTIAL_UPLOAD = 'application/partial-upload';

/** `OPTIONS /chunks`. */
export function resumableOptions({ store, rules }: Signer): Record<string, string> {
  const most = Math.min(rules.maxBytes, largestChunkedFile(store.profile));
  return { 'upload-limit': `max-size=${most}`, 'accept-patch': PARTIAL_UPLOAD };
}

/** `POST /chunks` or `PUT /chunks`, with `Upload-Complete`. */
export function resumableBeginRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const isLast = isComplete(c);
    const body = bodyOf(c);
    const bytes = sizeOf(c, isLast ? body.bytes : undefined);
    const content = checkedContent(c, body);
    const begun = await begin(signer, c, {
      id: c.req.query('id'),
      name: filenameOf(c.req.header('content-disposition')) ?? c.req.query('filename') ?? 'file',
      type: c.req.header('content-type') ?? '',
      bytes,
      metadata: {},
      checksum: reprDigestOf(c.req.header('repr-digest')),
    });
    const offset = await appendFirst(signer, c, turns, begun, content);
    const { upload } = begun;
    const location = await urlOf(signer, c, upload);
    if (isLast) return completed(signer, c, begun, { location });
    const headers = { location, ...stateHeaders(signer, upload, offset, false) };
    return c.body(null, 201, headers);
  };
}

/** `HEAD /chunks/:upload`. */
export function resumableHeadRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const located = await locate(signer, c);
    await turns.wait(turnOf(located.upload));
    const { upload, entry } = located;
    const { kind, offset } = await positionOf(signer, upload, entry);
    return c.body(null, 204, stateHeaders(signer, upload, offset, kind !== 'open'));
  };
}

/** `PATCH /chunks/:upload`. */
export function resumablePatchRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    // The first drafts, which some clients speak, had no type.
    const type = c.req.header('content-type') ?? PARTIAL_UPLOAD;
    if (type !== PARTIAL_UPLOAD) {
      throw new ProblemError('invalid_request', `Content-Type must be ${PARTIAL_UPLOAD}.`, {
        status: 415,
        field: 'content-type',
      });
    }
    const isLast = isComplete(c);
    const header = c.req.header('upload-offset');
    if (header === undefined) {
      throw new ProblemError('invalid_request', 'Upload-Offset is missing.', {
        field: 'upload-offset',
      });
    }
    const from = wholeNumber(header, 'upload-offset');
    const body = bodyOf(c);
    const remaining = isLast && body.bytes !== undefined ? from + body.bytes : undefined;
    const found = await locate(signer, c);
    const bytes = sizeOf(c, remaining);
    const located = bytes === undefined ? found : await giveSize(signer, c, found, bytes);
    const content = checkedContent(c, body);
    const { upload, offset } = await appendMore(signer, c, turns, located, from, content);
    if (isLast) return completed(signer, c, located, {});
    return c.body(null, 204, stateHeaders(signer, upload, offset, false));
  };
}

async function completed(
  signer: Signer,
  c: SignerContext,
  located: Located,
  more: Record<string, string>,
) {
  const end = await finish(signer, c, located, reprDigestOf(c.req.header('repr-digest')));
  const headers = { ...more, ...stateHeaders(signer, located.upload, end.bytes, true) };
  if (!isVerifying(end)) return c.json<Result>(end, 200, headers);
  return c.json<Verifying>(end, 202, { ...headers, 'retry-after': String(end.retryAfter) });
}

/** Headers that tell how far an upload has come. */
function stateHeaders(
  signer: Signer,
  upload: Upload,
  offset: number,
  isDone: boolean,
): Record<string, string> {
  return {
    ...offsetHeaders(upload, offset),
    'upload-complete': isDone ? '?1' : '?0',
    'upload-limit': `max-size=${upload.bytes}, max-age=${secondsLeft(signer, upload)}`,
  };
}

/** @throws ProblemError `invalid_request` if the header is missing, or not a Boolean. */
function isComplete(c: SignerContext): boolean {
  const header = c.req.header('upload-complete');
  if (header === '?1') return true;
  if (header === '?0') return false;
  throw new ProblemError('invalid_request', 'Upload-Complete must be ?0 or ?1.', {
    field: 'upload-complete',
  });
}

/**
 * The size of the file, if the request tells it: by `Upload-Length`, or because it holds the rest.
 *
 * @throws InconsistentLength
 */
function sizeOf(c: SignerContext, whole: number | undefined): number | undefined {
  const header = c.req.header('upload-length');
  if (header === undefined) return whole;
  const length = wholeNumber(header, 'upload-length');
  if (whole !== undefined && whole !== length) throw new InconsistentLength(length);
  return length;
}

/** Compares `Content-Digest`, of which nothing is written before it is known to be right. */
function checkedContent(c: SignerContext, content: Content): Content {
  return withChecksum(content, digestOf(c.req.header('content-digest')));
}
