/**
 * tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, creation-with-upload,
 * creation-defer-length, expiration, termination and checksum. An upload is complete as soon as all of
 * its bytes are there.
 */
import type { Signer, SignerContext, SignerHandler } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { base64ToBytes, bytesToBase64 } from '../../protocol/util/encoding.ts';
import type { Upload } from '../../upload/upload.ts';
import { appendFirst, appendMore } from '../append.ts';
import { offsetHeaders, urlOf } from './answers.ts';
import { begin, locate, turnOf, type Located } from '../begin.ts';
import { bodyOf, wholeNumber, withChecksum, type Content } from '../content.ts';
import { CHUNK_ALGORITHMS, tusChecksum } from '../digests.ts';
import { finish, giveSize } from '../finish.ts';
import { largestChunkedFile } from '../plan.ts';
import { positionOf } from '../position.ts';
import type { Turns } from '../turns.ts';

export const TUS_VERSION = '1.0.0';
const EXTENSIONS =
  'creation,creation-with-upload,creation-defer-length,expiration,termination,checksum';
const CHUNK_TYPE = 'application/offset+octet-stream';

/** `OPTIONS /chunks`. */
export function tusOptions({ store, rules }: Signer): Record<string, string> {
  return {
    'tus-resumable': TUS_VERSION,
    'tus-version': TUS_VERSION,
    'tus-extension': EXTENSIONS,
    'tus-max-size': String(Math.min(rules.maxBytes, largestChunkedFile(store.profile))),
    'tus-checksum-algorithm': CHUNK_ALGORITHMS.join(','),
  };
}

/** @throws ProblemError with status 412 for another version of the protocol. */
export function assertTusVersion(c: SignerContext): void {
  if (c.req.header('tus-resumable') === TUS_VERSION) return;
  throw new ProblemError('invalid_request', `This is tus ${TUS_VERSION}.`, {
    status: 412,
    field: 'tus-resumable',
  });
}

/** `POST /chunks`. */
export function tusBeginRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const bytes = sizeOf(c);
    const metadata = metadataOf(c.req.header('upload-metadata') ?? '');
    const { id, filename, name, filetype, type, relativePath, ...others } = metadata;
    const content = c.req.header('content-type') === undefined ? undefined : contentFor(c);
    const checked = content && checkedContent(c, content);
    const begun = await begin(signer, c, {
      id,
      // A browser's File and a path in Node have other names in `metadata`; some clients send none.
      name: filename ?? name ?? 'file',
      type: filetype ?? type ?? '',
      path: relativePath,
      bytes,
      metadata: others,
    });
    const offset = checked ? await appendFirst(signer, c, turns, begun, checked) : 0;
    await finishIfWhole(signer, c, begun, offset);
    const { upload } = begun;
    const location = await urlOf(signer, c, upload);
    return c.body(null, 201, { location, ...headersOf(upload, offset) });
  };
}

/**
 * `HEAD /chunks/:upload`. Clients take an upload for complete if its offset is its length, so one whose
 * bytes came without an answer is completed here.
 */
export function tusHeadRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const located = await locate(signer, c);
    await turns.wait(turnOf(located.upload));
    const { upload, entry } = located;
    const position = await positionOf(signer, upload, entry);
    const { offset } = position;
    if (position.kind === 'open') await finishIfWhole(signer, c, located, offset);
    return c.body(null, 200, { ...headersOf(upload, offset), ...metadataHeader(upload) });
  };
}

/** `PATCH /chunks/:upload`. */
export function tusPatchRoute(signer: Signer, turns: Turns): SignerHandler {
  return async (c) => {
    const content = contentFor(c);
    const header = c.req.header('upload-offset');
    if (header === undefined) {
      throw new ProblemError('invalid_request', 'Upload-Offset is missing.', {
        field: 'upload-offset',
      });
    }
    const from = wholeNumber(header, 'upload-offset');
    const found = await locate(signer, c);
    const length = c.req.header('upload-length');
    const located =
      length === undefined
        ? found
        : await giveSize(signer, c, found, wholeNumber(length, 'upload-length'));
    const checked = checkedContent(c, content);
    const { upload, offset } = await appendMore(signer, c, turns, located, from, checked);
    await finishIfWhole(signer, c, located, offset);
    return c.body(null, 204, headersOf(upload, offset));
  };
}

async function finishIfWhole(signer: Signer, c: SignerContext, located: Located, offset: number) {
  const { upload } = located;
  if (!upload.unsized && offset === upload.bytes) await finish(signer, c, located);
}

function headersOf(upload: Upload, offset: number): Record<string, string> {
  const isDeferred = upload.unsized !== undefined;
  return { ...offsetHeaders(upload, offset), ...(isDeferred && { 'upload-defer-length': '1' }) };
}

/** @throws ProblemError with status 415 for another type. */
function contentFor(c: SignerContext): Content {
  if (c.req.header('content-type') === CHUNK_TYPE) return bodyOf(c);
  throw new ProblemError('invalid_request', `Content-Type must be ${CHUNK_TYPE}.`, {
    status: 415,
    field: 'content-type',
  });
}

/** @throws ProblemError as `withChecksum`. */
function checkedContent(c: SignerContext, content: Content): Content {
  return withChecksum(content, tusChecksum(c.req.header('upload-checksum')));
}

function sizeOf(c: SignerContext): number | undefined {
  const length = c.req.header('upload-length');
  if (length !== undefined) return wholeNumber(length, 'upload-length');
  if (c.req.header('upload-defer-length') === '1') return undefined;
  throw new ProblemError('invalid_request', 'Send Upload-Length, or Upload-Defer-Length: 1.', {
    field: 'upload-length',
  });
}

/** `Upload-Metadata: filename d29ybGQ=,is_confidential`. */
function metadataOf(header: string): Record<string, string> {
  return Object.fromEntries(
    header.split(',').flatMap((pair) => {
      const [name = '', value = ''] = pair.trim().split(/ +/, 2);
      return name === '' ? [] : [[name, decode(value)]];
    }),
  );
}

function decode(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(base64ToBytes(value));
  } catch {
    throw new ProblemError('invalid_request', 'Values of Upload-Metadata are UTF-8 in base64.', {
      field: 'upload-metadata',
    });
  }
}

/** The metadata that the upload itself keeps. The rest is at the store, which tells it of an object only. */
function metadataHeader({ name, type, path }: Upload): Record<string, string> {
  const inFolder = path === undefined ? {} : { relativePath: path };
  const pairs = Object.entries({ filename: name, filetype: type, ...inFolder }).map(
    ([key, value]) => `${key} ${bytesToBase64(new TextEncoder().encode(value))}`,
  );
  return { 'upload-metadata': pairs.join(',') };
}
