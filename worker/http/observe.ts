/** Headers of every answer, and the one log line of every request. */
import type { ErrorHandler, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Signer, SignerEnv } from '../context.ts';
import { answerProblem } from '../problem.ts';
import { boundTo, type LogLevel } from '../util/log.ts';
import { asProblem, lineOf } from './as-problem.ts';

export function observe({ log, now }: Pick<Signer, 'log' | 'now'>): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    const began = now();
    const requestId = c.get('requestId');
    c.set('log', boundTo(log, { requestId }));
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    await next();
    const line = c.get('line');
    const { status } = c.res;
    log[levelOf(status, line)]('request', {
      requestId,
      // Logs the route, not the path: a path may contain what somebody typed.
      action: `${c.req.method} ${routePath(c, -1)}`,
      status,
      ms: now() - began,
      ...line,
    });
  };
}

/** An error is for the operator to mend; a warning may pass. */
function levelOf(status: number, { detail }: SignerEnv['Variables']['line']): LogLevel {
  if (detail !== undefined) return 'error';
  return status >= 500 ? 'warn' : 'info';
}

/** Turns any error into a problem. The request's log line names it, with the store's own answer. */
export function answerError(): ErrorHandler<SignerEnv> {
  return (thrown, c) => {
    const error = asProblem(c.get('log'), thrown);
    Object.assign(c.get('line'), lineOf(error));
    return answerProblem(c, error.problem, error.reason);
  };
}
