/** `GET /uploads`: the caller's own, the newest first. */
import * as v from 'valibot';
import { parse } from '../body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { covers } from '../policy.ts';
import type { ListAnswer } from '../protocol.ts';

/** The query of `GET /uploads`. */
export const ListQuery = v.object({
  state: v.exactOptional(v.picklist(['open', 'complete', 'aborted', 'expired'])),
  cursor: v.exactOptional(v.pipe(v.string(), v.maxLength(2048))),
  limit: v.exactOptional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
  ),
});

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
