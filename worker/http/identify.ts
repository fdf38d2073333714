/** Names the caller before any route is reached, and the rules that hold for it. */
import type { MiddlewareHandler } from 'hono';
import type { Signer, SignerEnv } from '../context.ts';
import { answerOf } from '../hooks.ts';
import { narrow } from '../policy.ts';
import { ProblemError } from '../problem.ts';
import { quotaOf } from '../policy/quota.ts';
import { ownerHash } from '../ledger/record.ts';

/** The binding counts in periods of 10 or 60 seconds, and does not say which. */
const RETRY_AFTER_SECONDS = 10;

/**
 * A new caller has no uploads to read, and is given no id by asking: the page of `GET /` asks for
 * its list while the element asks for its policy, and of two ids the browser would keep the later.
 */
const READS_UPLOADS = /\/uploads(\/|$)/;

export function identify(signer: Signer): MiddlewareHandler<SignerEnv> {
  const { authenticate, log, rules, rateLimit } = signer;
  return async (c, next) => {
    const caller = await answerOf(log, 'authenticate', () => authenticate(c.req.raw));
    if (!caller) throw new ProblemError('unauthenticated', 'Sign in first.');
    // Browsers send cookies along for other sites; those that do not say for which are refused.
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (caller.byCookie && !reads && !c.req.header('origin')) {
      throw new ProblemError('forbidden', 'With a cookie the Origin header is needed.');
    }
    c.set('caller', caller);
    c.set('rules', narrow(rules, caller.claim));
    c.set('quota', quotaOf(signer, caller));
    const owner = (await ownerHash(caller.owner)).slice(0, 12);
    c.get('line')['owner'] = owner;
    // An anonymous caller is a new one as often as it likes; its address is not.
    const key = (caller.anonymous && c.req.header('cf-connecting-ip')) || owner;
    if (rateLimit && !(await rateLimit.limit({ key })).success) {
      throw new ProblemError('rate_limited', 'Too many requests: slow down.', {
        retryAfter: RETRY_AFTER_SECONDS,
      });
    }
    if (caller.cookie !== undefined && !(reads && READS_UPLOADS.test(c.req.path))) {
      c.header('set-cookie', caller.cookie, { append: true });
    }
    await next();
  };
}
