/** What every answer carries, and the one line that is logged of every request. */
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Signer, SignerEnv } from './context.ts';

export function observe({ log, now }: Pick<Signer, 'log' | 'now'>): MiddlewareHandler<SignerEnv> {
  return async (c, next) => {
    const began = now();
    c.set('line', {});
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    await next();
    log.info('request', {
      requestId: c.get('requestId'),
      action: `${c.req.method} ${routePath(c, -1)}`,
      status: c.res.status,
      ms: now() - began,
      ...c.get('line'),
    });
  };
}
