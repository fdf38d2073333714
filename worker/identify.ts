/** Names the caller before any route is reached, and the rules that hold for it. */
import type { MiddlewareHandler } from 'hono';
import type { Signer, SignerEnv } from './context.ts';
import { sha256Hex } from './digest.ts';
import { narrow } from './policy.ts';
import { ProblemError } from './problem.ts';

export function identify({ authenticate, rules }: Signer): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    const caller = await authenticate(c.req.raw);
    if (!caller) throw new ProblemError('unauthenticated', 'Sign in first.');
    // Browsers send cookies along for other sites; those that do not say for which are refused.
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (caller.byCookie && !reads && !c.req.header('origin')) {
      throw new ProblemError('forbidden', 'With a cookie the Origin header is needed.');
    }
    c.set('caller', caller);
    c.set('rules', narrow(rules, caller.claim));
    c.get('line')['owner'] = (await sha256Hex(caller.owner)).slice(0, 12);
    if (caller.cookie !== undefined) c.header('set-cookie', caller.cookie, { append: true });
    await next();
  };
}
