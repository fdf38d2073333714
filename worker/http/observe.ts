/** Headers of every answer, and the one log line of every request. */
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
      // Logs the route, not the path: a path may contain what somebody typed.
      action: `${c.req.method} ${routePath(c, -1)}`,
      status: c.res.status,
      ms: now() - began,
      ...c.get('line'),
    });
  };
}

/** Turns any error into a problem. The request's log line names it, with the store's own answer. */
export function answerError({ log }: Pick<Signer, 'log'>): ErrorHandler<SignerEnv> {
  return (thrown, c) => {
    const error = asProblem(log, thrown);
    const { code, problem, reason } = error;
    Object.assign(c.get('line'), {
      code,
      ...(reason !== undefined && { reason }),
      ...causeOf(error),
    });
    return answerProblem(c, problem, reason);
  };
}
