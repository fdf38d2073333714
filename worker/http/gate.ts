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
 * Lets any page read the answers, without cookies. Only for answers that are the same for everybody:
 * a refusal by a Worker that is not configured, and `/health`.
 */
export function openGate(): MiddlewareHandler<SignerEnv> {
  const allow = cors({
    origin: (origin) => origin,
    credentials: true,
    exposeHeaders: ['X-Request-Id'],
  });
  return (c, next) => allow(c, next);
}

/**
 * CORS by a list of origins, in which `https://*.example.com` stands for every subdomain. A page of
 * any other origin is refused rather than only kept from reading the answer, because a request with
 * cookies could already have had an effect.
 */
export function createGate(origins: readonly string[]): MiddlewareHandler<SignerEnv> {
  const any = origins.includes('*');
  const isListed = originMatcher(origins);
  const allow = cors({
    origin: any ? '*' : (origin) => (isListed(origin) ? origin : null),
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
    if (any || isListed(origin)) return allow(c, next);
    // Only the log says which: a page of that origin cannot read the answer.
    c.get('line')['origin'] = origin.slice(0, 255);
    c.get('line')['detail'] =
      'A page of this origin was refused: add it to ALLOWED_ORIGINS if it is yours.';
    throw new ProblemError('forbidden', 'Pages of this origin may not call: see ALLOWED_ORIGINS.');
  };
}

/** Whether pages of this origin may call. */
export function isOriginIn(origins: readonly string[], origin: string): boolean {
  return origins.includes('*') || originMatcher(origins)(origin);
}

function originMatcher(origins: readonly string[]): (origin: string) => boolean {
  const whole = new Set(origins);
  const wildcards = origins
    .map((origin) => origin.split('*.'))
    .flatMap(([scheme, domain]) =>
      scheme === undefined || domain === undefined ? [] : [{ scheme, end: `.${domain}` }],
    );
  return (origin) =>
    whole.has(origin) ||
    wildcards.some(
      ({ scheme, end }) =>
        origin.startsWith(scheme) &&
        origin.endsWith(end) &&
        // Labels and nothing else: what a browser sends as an origin has no path.
        /^[\w.-]+$/.test(origin.slice(scheme.length, -end.length)),
    );
}
