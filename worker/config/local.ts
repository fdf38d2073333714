/** The settings of `npm start`, whose secrets are public in `wrangler.toml`. */
import { ProblemError } from '../problem.ts';
import type { Env } from './read-setting.ts';

/** Public values of `[env.local.vars]` in `wrangler.toml`. */
const PUBLIC_SECRETS: Readonly<Record<string, string>> = {
  TOKEN_SECRET: 'for-this-machine-only-and-not-a-secret',
  TOKEN_SECRET_PREVIOUS: 'for-this-machine-only-and-not-a-secret',
  S3_SECRET_ACCESS_KEY: 'local-and-not-a-secret',
};

/**
 * The refusal of a Worker that runs with public secrets anywhere except on the developer's machine,
 * for example after `wrangler deploy --env local`. Otherwise undefined.
 */
export function refusalOfPublicSecrets(env: Env, url: string): ProblemError | undefined {
  const name = Object.keys(PUBLIC_SECRETS).find((name) => env[name] === PUBLIC_SECRETS[name]);
  if (name === undefined || isThisMachine(new URL(url).hostname)) return undefined;
  return new ProblemError(
    'misconfigured',
    `The setting ${name} is the public value of wrangler.toml’s local environment. Deploy with \`npm run deploy\`, and set secrets of your own.`,
  );
}

/** Whether this is the name or an address of the machine itself, as URLs have it. */
export function isThisMachine(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '127.0.0.1' ||
    hostname === '[::1]'
  );
}
