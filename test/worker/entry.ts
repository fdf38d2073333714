/**
 * The Worker as the tests run it in workerd: the real app from the real settings, with a clock, a
 * KV and a network that a test can bend. What is bent is said by `/test/bend`, and stays so until it
 * is said anew.
 */
import { optionsFrom } from '../../worker/config.ts';
import type { PolicyHook } from '../../worker/context.ts';
import type { UploadEvent } from '../../worker/hooks.ts';
import type { KV } from '../../worker/ledger/ledger.ts';
import type { Reservations } from '../../worker/policy/reservations.ts';
import { ProblemError } from '../../worker/problem.ts';
import {
  createRefusal,
  createSigner,
  createUpkeep,
  type SignerOptions,
} from '../../worker/signer.ts';
import { bentFetch } from './bent-fetch.ts';
import { bentKV } from './bent-kv.ts';
import type { Bend, Seen } from './bend.ts';

export { OwnerLimits } from '../../worker/policy/owner-limits.ts';

/** `RESERVATIONS`: on Node.js, in the place of a Durable Object. */
type Env = Record<string, unknown> & { UPLOADS: KV; RESERVATIONS?: Reservations };
type App = ReturnType<typeof createSigner>;

let bend: Bend = {};
const seen: Seen = { events: [], log: [], kv: [], kvExpirations: [], store: [] };
let app: App | undefined;

const { now } = Date;
Date.now = () => now() + (bend.everyClockMs ?? 0);
globalThis.fetch = bentFetch(globalThis.fetch, () => bend, seen);

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(work: Promise<unknown>): void }) {
    const { pathname } = new URL(request.url);
    if (pathname === '/test/bend') {
      bend = await request.json();
      return new Response();
    }
    if (pathname === '/test/seen') {
      const answer = Response.json(seen);
      for (const list of Object.values(seen)) list.length = 0;
      return answer;
    }
    if (pathname === '/test/sweep') {
      const works: Promise<unknown>[] = [];
      await createUpkeep(options(env))((work) => void works.push(work));
      await Promise.all(works);
      return new Response();
    }
    try {
      app ??= createSigner(options(env));
    } catch (error) {
      if (error instanceof ProblemError) return createRefusal(error).fetch(request);
      throw error;
    }
    const waitUntil = (work: Promise<unknown>) => context.waitUntil(work);
    return app.fetch(request, env, { waitUntil, passThroughOnException, props: {} });
  },
};

function options(env: Env): SignerOptions {
  return {
    ...optionsFrom({ ...env, UPLOADS: bentKV(env.UPLOADS, () => bend, seen) }),
    ...(env.RESERVATIONS ? { reservations: env.RESERVATIONS } : {}),
    now: () => Date.now() + (bend.clockMs ?? 0),
    policy,
    hooks: { onEvent: (event: UploadEvent) => void seen.events.push(event) },
    log: (line) => void seen.log.push(line),
  };
}

const passThroughOnException = () => undefined;

const policy: PolicyHook = (_file, _caller, action) => {
  if (bend.deny === action) throw new ProblemError('forbidden', 'The hook says no.');
  return bend.narrow;
};
