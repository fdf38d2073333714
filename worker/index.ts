/** The Worker that `wrangler deploy` deploys: a signer made from the environment. */
import type { ExecutionContext } from 'hono';
import { optionsFrom } from './config.ts';
import { refusalOfPublicSecrets } from './config/local.ts';
import { ProblemError } from './problem.ts';
import type { Env } from './config/read-setting.ts';
import { createRefusal, createSigner, createUpkeep } from './signer.ts';

/** A Worker must export its Durable Object classes. Bind this one as `LIMITS`. */
export { OwnerLimits } from './policy/owner-limits.ts';

type App = Pick<ReturnType<typeof createSigner>, 'fetch'>;

/** One app per environment, and so per isolate: its caches live as long. */
const apps = new WeakMap<Env, App>();

export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    const refusal = refusalOfPublicSecrets(env, request.url);
    const app = refusal ? createRefusal(refusal) : appOf(env);
    return app.fetch(request, env, context);
  },
  async scheduled(_: unknown, env: Env, context: ExecutionContext): Promise<void> {
    await createUpkeep(optionsFrom(env))((work) => context.waitUntil(work));
  },
};

function appOf(env: Env): App {
  const made = apps.get(env) ?? appFrom(env);
  apps.set(env, made);
  return made;
}

function appFrom(env: Env): App {
  try {
    return createSigner(optionsFrom(env));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return createRefusal(error);
  }
}
