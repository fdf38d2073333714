/**
 * What one owner may have at all: uploads open, bytes, uploads made with one token. Exact where
 * reservations are kept in a Durable Object. Otherwise exact for requests that one isolate serves,
 * and bounded for others: within the minute that KV is behind, each isolate lets in as much as it
 * would by itself, and Complete counts once more. Without the object, a request that is counted
 * costs one list of KV; with or without it, a file that goes by a form costs a write at Create.
 */
import type { Caller } from '../auth.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ownerHash, UNSETTLED_SECONDS } from '../ledger/record.ts';
import type { Rules } from './policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, idOfAnotherFile } from '../refusals.ts';
import { isByForm, isInParts, type Upload } from '../upload/upload.ts';
import type { Asker, Counted, Limits, Reservation, Reservations, Verdict } from './reservations.ts';

/** Counts for one request. */
export interface Quota {
  /** How many more bytes the owner may have. */
  room(rules: Pick<Rules, 'maxTotalBytes'>): Promise<number>;
  /**
   * Takes room for an upload; one that has been counted is not counted twice. How many are open is
   * asked only of one that begins.
   *
   * @param way how it goes to the store, which at Create the upload does not say itself.
   * @throws ProblemError `forbidden`, `rate_limited` where waiting helps, or `conflict` where the id
   *   belongs to another file.
   */
  take(
    rules: Limits & Partial<Pick<Rules, 'ids'>>,
    upload: Upload,
    action: 'create' | 'complete',
    way?: Way,
  ): Promise<void>;
}

/** How an upload goes to the store. */
export interface Way {
  /** In several parts: it counts against `maxOpen`. */
  readonly inParts: boolean;
  /** By a form: the object exists without a Complete, and may come while the form is good. */
  readonly byForm: boolean;
}

/** The part of a signer that counting needs. */
export interface Counting {
  readonly ledger: Ledger;
  readonly reservations: Reservations;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly keepSeconds: number | null;
}

const LATER_SECONDS = 30;

/** True where a limit or an id claim holds for the file: then one that goes by a form is recorded, too. */
export function isCounted(rules: Limits & Partial<Pick<Rules, 'ids'>>): boolean {
  const { ids = null, maxTotalBytes, maxPerGrant } = rules;
  return ids !== null || maxTotalBytes !== null || maxPerGrant !== null;
}

/** Reads nothing where nothing is limited. */
export function quotaOf(
  signer: Counting,
  { owner, grant }: Pick<Caller, 'owner' | 'grant'>,
): Quota {
  const { ledger, reservations } = signer;
  let listed: Promise<readonly Counted[]> | undefined;
  const list = () => (listed ??= ledger.usage(owner));

  return {
    async room({ maxTotalBytes }) {
      if (maxTotalBytes === null) return Infinity;
      const used = await reservations.usedBytes(await askerOf(signer, owner), list);
      return Math.max(0, maxTotalBytes - used);
    },
    async take(rules, upload, action, way = wayOf(upload)) {
      const { maxOpen, maxTotalBytes, maxPerGrant } = rules;
      const opens = action === 'create' && way.inParts && maxOpen !== null;
      if (!reservations.exact && !isCounted(rules) && !opens) return;
      const isLimited = maxTotalBytes !== null || maxPerGrant !== null || opens;
      const verdict = await reservations.reserve(
        await askerOf(signer, owner),
        { ...reservationOf(upload, way), ...(grant !== undefined && { grant }) },
        { maxOpen, maxTotalBytes, maxPerGrant },
        action,
        isLimited || reservations.exact ? list : () => Promise.resolve([]),
      );
      refuse(verdict, rules);
    },
  };
}

/** The owner of uploads, as reservations know it. */
export async function askerOf({ now }: Pick<Counting, 'now'>, owner: string): Promise<Asker> {
  return { owner: await ownerHash(owner), now: Math.floor(now() / 1000) };
}

/** Tells that an upload is complete. False where it was cancelled before. */
export async function finishReservation(
  signer: Counting,
  upload: Upload,
  always: boolean,
): Promise<boolean> {
  const asker = await askerOf(signer, upload.owner);
  const { keepSeconds } = signer;
  const countsUntil = keepSeconds === null ? Number.MAX_SAFE_INTEGER : asker.now + keepSeconds;
  const { grant } = upload;
  const reservation = {
    ...reservationOf(upload, wayOf(upload)),
    countsUntil,
    ...(grant !== undefined && { grant }),
  };
  return signer.reservations.finish(asker, reservation, always);
}

function wayOf(upload: Upload): Way {
  return { inParts: isInParts(upload), byForm: isByForm(upload) };
}

function reservationOf(upload: Upload, { inParts, byForm }: Way): Reservation {
  const { id, bytes, sum, createdAt, expiresAt } = upload;
  const mark = sum === undefined ? upload.mark : `${upload.mark} ${sum}`;
  // A multipart upload cannot become an object after its token has ended. The object of a form may
  // lie there, and counts until the upkeep has decided about it.
  const countsUntil = expiresAt + (byForm ? UNSETTLED_SECONDS : 0);
  return { id, mark, bytes, inParts, createdAt, expiresAt, countsUntil };
}

/** @throws ProblemError unless the verdict is `taken`. */
function refuse(verdict: Verdict, { maxOpen, maxTotalBytes, maxPerGrant }: Limits): void {
  switch (verdict) {
    case 'taken':
      return;
    case 'other_file':
      throw idOfAnotherFile('id');
    case 'cancelled':
      throw cancelledUpload('id');
    case 'too_many_files':
      throw new ProblemError(
        'forbidden',
        `The caller’s token allows ${maxPerGrant} files: ask for another token.`,
      );
    case 'too_many_bytes':
      throw new ProblemError(
        'forbidden',
        `Quota exceeded: at most ${maxTotalBytes} bytes in total.`,
      );
    case 'too_many_open':
      throw new ProblemError('rate_limited', `At most ${maxOpen} uploads at once.`, {
        retryAfter: LATER_SECONDS,
      });
  }
}
