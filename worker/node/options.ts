/** The signer's options on a server of one's own. */
import { optionsFrom } from '../config.ts';
import { readerOf, type Env } from '../config/read-setting.ts';
import { ProblemError } from '../problem.ts';
import type { SignerOptions } from '../signer-options.ts';
import { memoryRateLimit } from './rate-limit.ts';
import type { SignerState } from './state/state.ts';

/** What wrangler.toml says for the Worker. */
const REQUESTS_PER_MINUTE = 6000;

/**
 * Reads the signer's options from the settings of the Worker, and adds what bindings are on Cloudflare.
 *
 * @param env such as `process.env`.
 * @throws ProblemError `misconfigured`, naming the setting.
 */
export function nodeOptionsFrom(env: Env, state: SignerState): SignerOptions {
  const plan = readerOf(env).text('WORKERS_PLAN');
  // The limits of Workers Free are not those of a server.
  const options = optionsFrom({ ...env, WORKERS_PLAN: plan ?? 'paid', UPLOADS: state.kv });
  if (options.relay && 'Deno' in globalThis) throw relayOnDeno();
  return {
    ...options,
    reservations: state.reservations,
    rateLimit: memoryRateLimit(REQUESTS_PER_MINUTE),
  };
}

/** Deno's `fetch` sends every stream without its length, which S3 refuses (2.9.6). */
function relayOnDeno(): ProblemError {
  return new ProblemError(
    'misconfigured',
    'The setting RELAY cannot be on under Deno, which sends no stream of a known length: use Node.js or Bun.',
  );
}
