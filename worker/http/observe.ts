/** What every answer carries, and the one line that is logged of every request. */
import type { ErrorHandler, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Signer, SignerEnv } from '../context.ts';
import { answerProblem } from '../problem.ts';
import { asProblem, causeOf } from './as-problem.ts';

export function observe({ log, now }: Pick<Signer, 'log' | 'now'>): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    const began = now();
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    await next();
    log.info('request', {
      requestId: c.get('requestId'),
      // The route and not the path: that may hold what somebody typed.
      action: `${c.req.method} ${routePath(c, -1)}`,
      status: c.res.status,
      ms: now() - began,
      ...c.get('line'),
    });
  };
}

/** Any error as a problem; the request's line says which, and what the store had said. */
export function answerError({ log }: Pick<Signer, 'log'>): ErrorHandler<SignerEnv> {
  return (thrown, c) => {
    const error = asProblem(log, thrown);
    Object.assign(c.get('line'), { code: error.code, ...causeOf(error) });
    return answerProblem(c, error.problem);
  };
}
