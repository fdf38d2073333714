/** Which pages may call: pages of the signer's own origin, and of the origins on the list. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { SignerEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';

/** Chromium caps this at two hours, WebKit at ten minutes. */
const PREFLIGHT_SECONDS = 7200;

const EXPOSED = [
  'Anonymous-Token',
  'ETag',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];
/** What tus and Resumable Uploads for HTTP answer in headers. */
const CHUNKED_EXPOSED = [
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Complete',
  'Upload-Defer-Length',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Limit',
  'Upload-Metadata',
  'Upload-Offset',
];

/**
 * CORS by an exact list of origins. A page of any other origin is refused rather than only kept
 * from reading the answer, because a request with cookies could already have had an effect.
 */
export function createGate(origins: readonly string[]): MiddlewareHandler<SignerEnv> {
  const any = origins.includes('*');
  const allow = cors({
    origin: any ? '*' : [...origins],
    // `*` and credentials exclude each other: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
    credentials: !any,
    // Allows the headers that the page asks for: an app may identify its callers by a header of its
    // own.
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: [...EXPOSED, ...CHUNKED_EXPOSED],
    maxAge: PREFLIGHT_SECONDS,
  });
  return (c, next) => {
    const origin = c.req.header('origin');
    if (origin === undefined || origin === new URL(c.req.url).origin) return next();
    if (any || origins.includes(origin)) return allow(c, next);
    throw new ProblemError('forbidden', 'Pages of this origin may not call: see ALLOWED_ORIGINS.');
  };
}
