/** `GET /uploads`: the caller's own uploads, newest first. */
import { parse } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { covers } from '../policy/policy.ts';
import type { ListAnswer } from '../protocol.ts';
import { ListQuery } from '../protocol/schemas.ts';

const DEFAULT_LIMIT = 50;

export function listRoute({ ledger }: Signer): SignerHandler {
  return async (c) => {
    const { state, cursor, limit = DEFAULT_LIMIT } = parse(ListQuery, c.req.query());
    const page = await ledger.list(c.get('caller').owner, { state, cursor, limit });
    const rules = c.get('rules');
    const uploads = page.uploads.filter((row) => covers(rules, row));
    return c.json<ListAnswer>({ ...page, uploads });
  };
}
