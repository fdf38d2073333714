/**
 * The Worker in development, for `wrangler dev`: the deployed one, and beside its first request the
 * checks of `s3-upload doctor`. Nothing of this file is deployed, because nothing imports it.
 */
import type { ExecutionContext } from 'hono';
import type { Env } from '../../config/read-setting.ts';
import worker from '../../index.ts';
import { lineOf, type Finding } from '../doctor/finding.ts';
import { checksAtFirstRequest } from './first-request.ts';

export { OwnerLimits } from '../../index.ts';

const check = checksAtFirstRequest(print);

export default {
  ...worker,
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    // A copy, because the body can be read once.
    const seen = new Request(request.url, { headers: request.headers });
    const answer = await worker.fetch(request, env, context);
    context.waitUntil(check(seen, { settings: env, kv: env['UPLOADS'] }));
    return answer;
  },
};

/** Warnings, too, as errors: `npm start` keeps wrangler's own warnings out of sight, and so all others. */
function print(finding: Finding): void {
  const line = `s3-upload ${lineOf(finding).trimEnd()}`;
  if (finding.level === 'pass') console.log(line);
  else console.error(line);
}
