/** Where a complete upload can be read. */
import type { Signer } from '../context.ts';
import { contentDisposition, mayShowInline } from '../object/disposition.ts';
import type { FileAnswer } from '../protocol.ts';
import { encodeKey } from '../s3/signing/encode.ts';
import { ProblemError } from '../problem.ts';
import type { Upload } from './upload.ts';

type LinkSettings = Pick<Signer, 'store' | 'publicUrl' | 'linkSeconds' | 'inlineTypes'>;

/**
 * A signed link that expires, or the object's lasting address if the bucket has one (`PUBLIC_URL`).
 * A type that could run a script is never shown inline by a signed link; at the public address the
 * object's own `Content-Disposition` decides.
 */
export async function linkTo(
  { store, publicUrl, linkSeconds, inlineTypes }: LinkSettings,
  { key, name, type }: Upload,
  disposition: 'inline' | 'attachment',
  expiresIn = linkSeconds,
): Promise<FileAnswer> {
  if (publicUrl !== undefined) return { url: publicUrl + encodeKey(key), expiresIn: null };
  const inline = disposition === 'inline' && mayShowInline(type, inlineTypes);
  return store.presignGet(key, {
    disposition: contentDisposition(inline ? 'inline' : 'attachment', name),
    contentType: type,
    expiresIn,
  });
}

/**
 * The address as keys are appended to it: with a slash at its end.
 *
 * @throws ProblemError `misconfigured`.
 */
export function cleanPublicUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new ProblemError(
      'misconfigured',
      'The setting PUBLIC_URL must be the address of the bucket or CDN, such as https://cdn.example.com/.',
    );
  }
  return url.href.replace(/\/*$/, '/');
}
