/**
 * What one owner may have at all: uploads open, bytes, uploads made with one token. Counted from
 * the ledger, which is up to a minute behind: a bound on use, not on a determined minute of abuse.
 * A token that names its upload ids is exact, and counts nothing.
 */
import type { Caller } from '../auth.ts';
import type { Ledger, Row } from '../ledger.ts';
import type { CheckedFile, Rules } from '../policy.ts';
import { ProblemError } from '../problem.ts';
import type { PlanLimits } from '../protocol.ts';

/** Counts for one request. */
export interface Quota {
  /** How many more bytes the owner may have. */
  room(rules: Rules): Promise<number>;
  /**
   * Takes room for an upload; one that has been counted is not counted twice. How many are open is
   * asked of one that begins: one that ends makes them fewer.
   *
   * @throws ProblemError `forbidden`, or `rate_limited` where waiting helps.
   */
  take(
    rules: Rules,
    upload: Pick<CheckedFile, 'id' | 'bytes'>,
    action: 'create' | 'complete',
  ): Promise<void>;
}

const LATER_SECONDS = 30;

/** Reads nothing where nothing is limited. */
export function quotaOf(
  { ledger, plan }: { readonly ledger: Ledger; readonly plan: PlanLimits },
  { owner, grant }: Caller,
): Quota {
  const taken = new Map<string, Pick<Row, 'bytes' | 'state' | 'grant'>>();
  let listed: Promise<void> | undefined;

  const list = async () => {
    for (const row of await ledger.usage(owner)) {
      if (!taken.has(row.id)) taken.set(row.id, row);
    }
  };

  return {
    async room({ maxTotalBytes }) {
      if (maxTotalBytes === null) return Infinity;
      await (listed ??= list());
      const used = [...taken.values()].reduce((sum, row) => sum + row.bytes, 0);
      return Math.max(0, maxTotalBytes - used);
    },
    async take(rules, { id, bytes }, action) {
      const { maxOpen, maxTotalBytes, maxPerGrant } = rules;
      if (maxOpen === null && maxTotalBytes === null && maxPerGrant === null) return;
      await (listed ??= list());
      const others = [...taken].flatMap(([key, row]) => (key === id ? [] : [row]));
      if (
        maxPerGrant !== null &&
        others.filter((row) => row.grant === grant).length >= maxPerGrant
      ) {
        throw new ProblemError('forbidden', `The caller’s token is good for ${maxPerGrant} files.`);
      }
      const total = others.reduce((sum, row) => sum + row.bytes, bytes);
      if (maxTotalBytes !== null && total > maxTotalBytes) {
        throw new ProblemError('forbidden', `All files together may have ${maxTotalBytes} bytes.`);
      }
      const open = others.filter(({ state }) => state === 'open').length;
      if (action === 'create' && maxOpen !== null && open >= maxOpen) {
        throw new ProblemError('rate_limited', `At most ${maxOpen} uploads at once.`, {
          retryAfter: LATER_SECONDS,
        });
      }
      // One request is soon over; only uploads in parts stay open.
      const state = bytes > plan.singleMaxBytes ? 'open' : 'complete';
      taken.set(id, { bytes, state, ...(grant !== undefined && { grant }) });
    },
  };
}
