/**
 * JSON as `text/plain`, which a page of another origin may send without a preflight. A header for the
 * upload's token would need one, so the token comes first in the body, on a line of its own:
 * https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 *
 *     eyJhbGciOi…
 *     {"parts":[{"number":9}]}
 */

/** The header that carries the upload's token in other requests. */
export const TOKEN_HEADER = 'upload-token';

/** Joins the token of the upload and the JSON, either of which may be missing. */
export function joinSimpleBody(token = '', json = ''): string {
  return `${token}\n${json}`;
}

/** The token and the JSON of such a body; empty where they are missing. */
export function splitSimpleBody(text: string): { readonly token: string; readonly json: string } {
  const end = text.indexOf('\n');
  return { token: text.slice(0, Math.max(0, end)).trim(), json: text.slice(end + 1) };
}
