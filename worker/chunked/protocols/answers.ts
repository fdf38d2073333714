/** What every protocol of this room answers: where the upload is, how far it has come, when it ends. */
import type { Signer, SignerContext } from '../../context.ts';
import type { ChunkedAnswer, Result, Verifying } from '../../protocol.ts';
import { CHUNK_PATHS } from '../../protocol/chunks/paths.ts';
import type { Upload } from '../../upload/upload.ts';

/**
 * The upload's own URL. It contains the upload's token, so that no request depends on a record that KV
 * may not show for a minute; it is of no use to anybody but the owner.
 */
export async function urlOf(signer: Signer, c: SignerContext, upload: Upload): Promise<string> {
  const { origin, pathname } = new URL(c.req.url);
  const base = pathname.slice(0, pathname.lastIndexOf(CHUNK_PATHS.all) + CHUNK_PATHS.all.length);
  return `${origin}${base}/${await signer.tokens.seal(upload)}`;
}

/** Seconds for which the upload goes on to be there. */
export function secondsLeft(signer: Signer, upload: Upload): number {
  return Math.max(0, upload.expiresAt - Math.floor(signer.now() / 1000));
}

/** Headers that every answer about an open or complete upload has, by whatever protocol. */
export function offsetHeaders(upload: Upload, offset: number): Record<string, string> {
  return {
    'upload-offset': String(offset),
    'upload-expires': new Date(upload.expiresAt * 1000).toUTCString(),
    ...(!upload.unsized && { 'upload-length': String(upload.bytes) }),
  };
}

/** @param url of the upload, if it is known. */
export async function chunkedAnswer(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  offset: number,
  end?: Result | Pick<Verifying, 'verifiedBytes'>,
): Promise<ChunkedAnswer> {
  const { id, key, name, type, unsized, bytes, expiresAt } = upload;
  return {
    id,
    url: await urlOf(signer, c, upload),
    key,
    name,
    type,
    offset,
    bytes: unsized && !end ? null : end ? offset : bytes,
    state: end ? ('etag' in end ? 'complete' : 'verifying') : 'open',
    expires: new Date(expiresAt * 1000).toISOString(),
    ...(end && ('etag' in end ? { result: end } : { verifiedBytes: end.verifiedBytes })),
  };
}
