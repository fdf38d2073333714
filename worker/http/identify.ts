/** Identifies the caller before any route runs, and finds the caller's rules. */
import type { MiddlewareHandler } from 'hono';
import { IDENTITY_HEADER } from '../auth/anonymous.ts';
import type { Caller } from '../auth.ts';
import type { RateLimit, Signer, SignerContext, SignerEnv } from '../context.ts';
import { answerOf } from '../hooks.ts';
import { narrow } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import { quotaOf } from '../policy/quota.ts';
import { ownerHash } from '../ledger/record.ts';
import { isWellFormed } from '../object/name.ts';
import { networkOf } from '../util/network.ts';

/** The binding counts in periods of 10 or 60 seconds, but does not tell which. */
const RETRY_AFTER_SECONDS = 10;

/**
 * Reads do not give a new caller an identity, because there are no uploads to read. The page of
 * `GET /` asks for its list while the element asks for its policy, and the browser would keep the
 * later of two identities.
 */
const READS_UPLOADS = /\/uploads(\/|$)/;

/**
 * Middleware that identifies the caller.
 *
 * @param origins of pages that may call. If any origin may, cookies are ignored: otherwise a page
 *   of any site could act for whoever has one.
 */
export function identify(
  signer: Signer,
  origins: readonly string[] = [],
): MiddlewareHandler<SignerEnv> {
  const { authenticate, rules, rateLimit } = signer;
  const takesCookies = !origins.includes('*');
  return async (c, next) => {
    const request = takesCookies ? c.req.raw : withoutCookies(c.req.raw);
    const caller = await knownCaller(request, c);
    if (caller.byCookie && !takesCookies) {
      throw new ProblemError(
        'unauthenticated',
        'Cookies are ignored with ALLOWED_ORIGINS=*: send a token in the Authorization header.',
        { reason: 'cookies are ignored' },
      );
    }
    // Browsers send cookies with requests from other sites, too. Requests that do not tell their
    // origin are refused.
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (caller.byCookie && !reads && !c.req.header('origin')) {
      throw new ProblemError(
        'forbidden',
        'A request that a cookie authenticates needs an Origin header.',
      );
    }
    c.set('caller', caller);
    c.set('rules', narrow(rules, caller.claim));
    c.set('quota', quotaOf(signer, caller));
    const countCalls = await callsOf(signer, c, caller);
    c.set('countFiles', (files) => countCalls(files - 1));
    await countCalls(1);
    if (!(reads && READS_UPLOADS.test(c.req.path))) {
      if (caller.identity !== undefined) c.header(IDENTITY_HEADER, caller.identity);
      if (caller.cookie !== undefined && takesCookies) {
        c.header('set-cookie', caller.cookie, { append: true });
      }
    }
    await next();
  };

  /** Refused callers have no name, so they are counted by network address. */
  async function knownCaller(request: Request, c: SignerContext): Promise<Caller> {
    try {
      const caller = await answerOf(c.get('log'), 'authenticate', () => authenticate(request));
      if (!caller) {
        // For the log alone: a request without credentials is not told of an error.
        // https://www.rfc-editor.org/rfc/rfc6750#section-3.1
        c.get('line')['reason'] = 'no credentials';
        throw new ProblemError('unauthenticated', 'Sign in first.');
      }
      if (typeof caller.owner === 'string' && caller.owner !== '' && isWellFormed(caller.owner)) {
        return caller;
      }
      throw new ProblemError(
        'unauthenticated',
        'The owner must be a non-empty string of well-formed Unicode.',
        { reason: 'no owner' },
      );
    } catch (error) {
      const isRefused = error instanceof ProblemError && error.code === 'unauthenticated';
      if (isRefused) await count(rateLimit, `refused ${networkOfClient(c)}`, 1);
      throw error;
    }
  }
}

/**
 * Names the caller in the log, and returns what counts its calls against its rate limit.
 *
 * @throws ProblemError `rate_limited`, the function that it returns.
 */
export async function callsOf(
  { rateLimit }: Pick<Signer, 'rateLimit'>,
  c: SignerContext,
  { owner, anonymous }: Pick<Caller, 'owner' | 'anonymous'>,
): Promise<(times: number) => Promise<void>> {
  const hash = (await ownerHash(owner)).slice(0, 12);
  c.get('line')['owner'] = hash;
  // An anonymous caller can become a new one at any time, but not change the address.
  const key = (anonymous && networkOfClient(c)) || hash;
  return (times) => count(rateLimit, key, times);
}

function networkOfClient(c: SignerContext): string {
  return networkOf(c.req.header('cf-connecting-ip') ?? '');
}

/**
 * The request as an authentication function sees it: cookies keep their names, so that a caller
 * recognised by a cookie can be told, but lose their values. The body is left out.
 */
function withoutCookies(request: Request): Request {
  const headers = new Headers(request.headers);
  const cookies = headers.get('cookie');
  if (cookies !== null) headers.set('cookie', cookies.replace(/=[^;]*/g, '='));
  return new Request(request.url, { method: request.method, headers });
}

/**
 * The binding takes no number, so it is called once for each file.
 *
 * @throws ProblemError `rate_limited`.
 */
async function count(rateLimit: RateLimit | undefined, key: string, times: number): Promise<void> {
  if (!rateLimit || times < 1) return;
  const asked = await Promise.all(Array.from({ length: times }, () => rateLimit.limit({ key })));
  if (asked.every(({ success }) => success)) return;
  throw new ProblemError('rate_limited', 'Too many requests: slow down.', {
    retryAfter: RETRY_AFTER_SECONDS,
  });
}
