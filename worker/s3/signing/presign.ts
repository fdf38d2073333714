/**
 * Presigned URLs, with Signature Version 4 in the query. Many URLs that differ little are cheap to sign.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
import { PAYLOAD_HASH_HEADER } from '../checksums.ts';
import type { Credentials } from './credentials.ts';
import { encodeRfc3986 } from './encode.ts';
import type { Target } from '../endpoint.ts';
import { daySigner } from './sigv4.ts';

/** Longest lifetime of a URL that S3 allows, in seconds: seven days. */
export const MAX_EXPIRES_SECONDS = 604_800;

/** What all URLs of one kind have in common. */
export interface UrlShape {
  readonly target: Target;
  readonly method: 'GET' | 'PUT';
  /** Unencoded. At most one value may be `null`; it is filled in for each URL. */
  readonly query: Readonly<Record<string, string | null>>;
  /** Headers that the request must carry, lower-case, besides `host`. */
  readonly headers: readonly string[];
  /** Seconds, 1 to 604,800. */
  readonly expiresIn: number;
}

/**
 * Signs one URL of the shape.
 *
 * @param values the values of the shape's headers, in the order of the shape.
 * @param filling the value of the query that the shape leaves open.
 */
export type UrlSigner = (values: readonly string[], filling?: string) => Promise<string>;

/**
 * Computes the part of the canonical request that all URLs share, so that each URL costs one hash, one
 * HMAC and a few string joins. The payload is bound by the signed `content-length` and checksum headers;
 * its hash is signed only if `x-amz-content-sha256` is one of the headers.
 *
 * @throws RangeError if `expiresIn` is out of bounds.
 */
export async function urlSigner(
  shape: UrlShape,
  credentials: Credentials,
  region: string,
  now: number,
): Promise<UrlSigner> {
  const { expiresIn, target } = shape;
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_EXPIRES_SECONDS) {
    throw new RangeError(`expiresIn must be 1 to ${MAX_EXPIRES_SECONDS} seconds, not ${expiresIn}`);
  }
  const day = await daySigner(credentials, region, now);
  const order = ['host', ...shape.headers].sort();
  const signedHeaders = order.join(';');
  const query: Record<string, string | null> = {
    ...shape.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': day.credential,
    'X-Amz-Date': day.amzDate,
    'X-Amz-Expires': String(expiresIn),
    'X-Amz-SignedHeaders': signedHeaders,
  };
  // The token has to be signed, too: S3 refuses one that is appended after signing.
  if (credentials.sessionToken !== undefined) {
    query['X-Amz-Security-Token'] = credentials.sessionToken;
  }
  const [queryBefore, queryAfter] = canonicalQuery(query);
  const sign = day.requestSigner(`${shape.method}\n${target.path}\n${queryBefore}`);
  // After the filling come fixed texts, each followed by a header's value, except the last.
  const texts: string[] = [];
  const gaps: number[] = [];
  let text = `${queryAfter}\n`;
  for (const name of order) {
    if (name === 'host') text += `host:${target.host}\n`;
    else {
      texts.push(`${text}${name}:`);
      gaps.push(shape.headers.indexOf(name));
      text = '\n';
    }
  }
  const last = `${text}\n${signedHeaders}\n`;
  const hashAt = shape.headers.indexOf(PAYLOAD_HASH_HEADER);
  const urlBefore = `${target.origin}${target.path}?${queryBefore}`;
  const urlAfter = `${queryAfter}&X-Amz-Signature=`;

  return async (values, filling = '') => {
    let rest = filling;
    for (let index = 0; index < texts.length; index += 1) {
      rest += `${texts[index]}${values[gaps[index] ?? 0]}`;
    }
    const payload = hashAt === -1 ? 'UNSIGNED-PAYLOAD' : values[hashAt];
    return `${urlBefore}${filling}${urlAfter}${await sign(`${rest}${last}${payload}`)}`;
  };
}

/** The query, sorted by encoded name, in two pieces: before and after the value that is filled in. */
function canonicalQuery(query: Readonly<Record<string, string | null>>): [string, string] {
  const pieces: [string, string] = ['', ''];
  let piece: 0 | 1 = 0;
  const entries = Object.entries(query).map(
    ([name, value]) => [encodeRfc3986(name), value] as const,
  );
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [index, [name, value]] of entries.entries()) {
    pieces[piece] += `${index === 0 ? '' : '&'}${name}=`;
    if (value === null) piece = 1;
    else pieces[piece] += encodeRfc3986(value);
  }
  return pieces;
}
