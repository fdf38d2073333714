/** The id by which a request is found in the log. */
import type { MiddlewareHandler } from 'hono';
import type { SignerEnv } from '../context.ts';

const HEADER = 'x-request-id';
const SAFE = /^[\w.-]{1,64}$/;

/**
 * Every request gets an id made here. An id from outside could belong to another request, or be a
 * secret that somebody put there. If the client's `X-Request-Id` has at most 64 plain characters,
 * it is logged as `clientRequestId`.
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
