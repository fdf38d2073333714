/**
 * Limits over all uploads of one owner: open uploads, bytes, and uploads made with one token. They are
 * exact if reservations are kept in a Durable Object. Otherwise they are exact for requests that one
 * isolate serves; within the minute that KV may be behind, each isolate admits as much as it would
 * alone, and Complete counts again. Without the object, a counted request costs one list of KV, and
 * three to eight operations for an owner of more than a thousand uploads, of whom a summary is read. In
 * either case, a file that is sent by a form costs a write at Create.
 */
import type { Caller } from '../auth.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { countedOfSummary } from '../ledger/summary.ts';
import type { Usage } from '../ledger/usage.ts';
import { ownerHash, UNSETTLED_SECONDS } from '../ledger/record.ts';
import type { Rules } from './policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, idOfAnotherFile } from '../refusals.ts';
import { isByForm, isInParts, type Upload } from '../upload/upload.ts';
import type { Asker, Counted, Limits, Reservation, Reservations, Verdict } from './reservations.ts';

/** Counts the uploads of one owner for one request. */
export interface Quota {
  /** Number of bytes that the owner may still upload. */
  room(rules: Pick<Rules, 'maxTotalBytes'>): Promise<number>;
  /**
   * Reserves room for an upload. An upload that has been counted is not counted twice. The number of
   * open uploads is limited only at Create. Of several that are asked for at once, the first one gets it.
   *
   * @param way how it goes to the store, which at Create the upload does not say itself.
   * @throws ProblemError `forbidden`, `rate_limited` if waiting helps, or `conflict` if the id belongs
   *   to another file.
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
  /** In several parts, so it counts against `maxOpen`. */
  readonly inParts: boolean;
  /** By a form, so the object can appear without a Complete, as long as the form is valid. */
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

/** Whether a limit or an id claim applies. Then uploads that are sent by a form are recorded, too. */
export function isCounted(rules: Limits & Partial<Pick<Rules, 'ids'>>): boolean {
  const { ids = null, maxTotalBytes, maxPerGrant } = rules;
  return ids !== null || maxTotalBytes !== null || maxPerGrant !== null;
}

/** Counts for this owner. Reads nothing unless something is limited. */
export function quotaOf(
  signer: Counting,
  { owner, grant }: Pick<Caller, 'owner' | 'grant'>,
): Quota {
  const { ledger, reservations } = signer;
  let read: Promise<Usage> | undefined;
  let asking: Promise<Asker> | undefined;
  /** The same for the whole request, by which a Durable Object is asked about all of its files at once. */
  const asker = () => (asking ??= askerOf(signer, owner));
  let previous: Promise<unknown> = Promise.resolve();
  /** Counting anew takes time, in which a later file must not take the room of an earlier one. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (reservations.exact) return work();
    const result = previous.then(work);
    previous = result.catch(() => undefined);
    return result;
  };
  const usage = (limits: Pick<Limits, 'maxPerGrant'>) =>
    (read ??= ledger.usage(owner, {
      exact: reservations.exact,
      grant: limits.maxPerGrant === null ? undefined : grant,
    }));
  /**
   * A sum counts what has ended since, and at Complete the upload itself. A file that has arrived is
   * never thrown away for that; a Create may be refused, if the sum is new.
   */
  const mayBeLess = async (action: 'create' | 'complete') => {
    const counted = await read;
    return action === 'complete' ? counted?.summary !== undefined : counted?.isExact === false;
  };
  const recounted = () => (read = ledger.usage(owner, { exact: true }));

  return {
    async room({ maxTotalBytes }) {
      if (maxTotalBytes === null) return Infinity;
      const all = { maxPerGrant: null };
      const roomIn = async (counted: () => Promise<Usage>) => {
        const used = await reservations.usedBytes(await asker(), async () =>
          uploadsOf(await counted(), undefined),
        );
        return Math.max(0, maxTotalBytes - used);
      };
      const room = await roomIn(() => usage(all));
      return room > 0 || (await read)?.isExact !== false ? room : roomIn(recounted);
    },
    async take(rules, upload, action, way = wayOf(upload)) {
      const { maxOpen, maxTotalBytes, maxPerGrant } = rules;
      const limits = { maxOpen, maxTotalBytes, maxPerGrant };
      const opens = action === 'create' && way.inParts && maxOpen !== null;
      if (!reservations.exact && !isCounted(rules) && !opens) return;
      const isLimited = maxTotalBytes !== null || maxPerGrant !== null || opens;
      const askedBy = await asker();
      const wanted = { ...reservationOf(upload, way), ...(grant !== undefined && { grant }) };
      const verdictBy = (counted: () => Promise<Usage>) =>
        reservations.reserve(askedBy, wanted, limits, action, async () =>
          isLimited || reservations.exact ? uploadsOf(await counted(), grant) : [],
        );
      const verdict = await inTurn(async () => {
        const first = await verdictBy(() => usage(limits));
        const isFinal = !first.startsWith('too_many') || !(await mayBeLess(action));
        return isFinal ? first : verdictBy(recounted);
      });
      refuse(verdict, rules);
      const mayBeLate = action === 'create' && !reservations.exact;
      if (!mayBeLate || !(await read)?.isPaged) return;
      try {
        await ledger.noteLate(owner, wanted);
      } catch (error) {
        await giveBackRoom(signer, upload);
        throw error;
      }
    },
  };
}

/** What the owner has, for a caller with this token. */
function uploadsOf({ uploads, summary }: Usage, grant: string | undefined): readonly Counted[] {
  return summary ? [...countedOfSummary(summary, grant), ...uploads] : uploads;
}

/** The owner and the time, as reservations need them. */
export async function askerOf({ now }: Pick<Counting, 'now'>, owner: string): Promise<Asker> {
  return { owner: await ownerHash(owner), now: Math.floor(now() / 1000) };
}

/**
 * Gives back the room that this request has reserved for an upload, because it cannot be begun. If the
 * reservations cannot be reached, the room becomes free when the upload would have expired.
 */
export async function giveBackRoom(
  signer: Pick<Counting, 'now' | 'reservations'>,
  { owner, id }: Pick<Upload, 'owner' | 'id'>,
): Promise<void> {
  const asker = await askerOf(signer, owner);
  await signer.reservations.release(asker, id, 'attempt').catch(() => undefined);
}

/** Tells reservations that an upload is complete. @returns false if it was cancelled before. */
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
  const { id, bytes, fileChecksum, createdAt, expiresAt } = upload;
  const mark = fileChecksum === undefined ? upload.mark : `${upload.mark} ${fileChecksum}`;
  // A multipart upload that is completed after it has expired is counted again then. A form may have
  // made an object, which counts until the upkeep has decided about it.
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
        `The caller’s token allows ${maxPerGrant} files: get another token.`,
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
