/** The id by which a request is found in the log. */
import type { MiddlewareHandler } from 'hono';
import type { SignerEnv } from '../context.ts';

const HEADER = 'x-request-id';
const SAFE = /^[\w.-]{1,64}$/;

/**
 * Every request gets an id that is made here: one from outside could be another request's, or a
 * secret that somebody put there. What the client sent in `X-Request-Id` is logged beside it, as
 * `clientRequestId`, if it is 64 plain characters or fewer.
 */
export function requestId(): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    const id = crypto.randomUUID();
    const sent = c.req.header(HEADER);
    c.set('requestId', id);
    c.set('line', sent !== undefined && SAFE.test(sent) ? { clientRequestId: sent } : {});
    c.header(HEADER, id);
    await next();
  };
}
