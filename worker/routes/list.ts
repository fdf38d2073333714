/** `GET /uploads`: the caller's own uploads, newest first. */
import { parse } from '../http/body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import { covers } from '../policy/policy.ts';
import type { ListAnswer, UploadSummary } from '../protocol.ts';
import { ListQuery } from '../protocol/schemas.ts';
import { storedParts, inspectStore } from '../upload/stored.ts';

const DEFAULT_LIMIT = 50;
/** Each asks the store, of the 50 requests that Workers Free allows. */
const MOST_WITH_STORED = 20;

export function listRoute(signer: Signer): SignerHandler {
  const { ledger } = signer;
  return async (c) => {
    const { state, cursor, limit = DEFAULT_LIMIT, stored } = parse(ListQuery, c.req.query());
    const { owner } = c.get('caller');
    const withStored = stored === 'true';
    const most = withStored ? Math.min(limit, MOST_WITH_STORED) : limit;
    const page = await ledger.list(owner, { state, cursor, limit: most });
    const rules = c.get('rules');
    const allowed = page.uploads.filter((row) => covers(rules, row));
    const uploads = withStored
      ? await Promise.all(allowed.map((row) => withParts(signer, owner, row)))
      : allowed;
    return c.json<ListAnswer>({ ...page, uploads });
  };
}

/** A row that the store cannot be asked about now stays as it is. */
async function withParts(
  signer: Signer,
  owner: string,
  row: UploadSummary,
): Promise<UploadSummary> {
  if (row.state !== 'open') return row;
  try {
    const entry = await signer.ledger.get(owner, row.id);
    if (!entry) return row;
    const parts = storedParts(entry.upload, await inspectStore(signer, entry.upload));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    return { ...row, stored: { parts: parts.length, bytes } };
  } catch (error) {
    signer.log.warn('parts_not_listed', { upload: row.id, error });
    return row;
  }
}
