/** Limits over all uploads of an owner: what is counted, what is reserved, and what a caller is told. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownerHash } from '../../../worker/ledger/record.ts';
import type { Summary } from '../../../worker/ledger/summary.ts';
import type { Usage } from '../../../worker/ledger/usage.ts';
import { localReservations } from '../../../worker/policy/local-reservations.ts';
import {
  askerOf,
  finishReservation,
  giveBackRoom,
  isCounted,
  quotaOf,
  type Counting,
} from '../../../worker/policy/quota.ts';
import type {
  Counted,
  Limits,
  Reservation,
  Reservations,
  Verdict,
} from '../../../worker/policy/reservations.ts';
import { fixedUpload } from '../fixed-upload.ts';

const NOW = 10_000;
const UNLIMITED: Limits = { maxOpen: null, maxTotalBytes: null, maxPerGrant: null };
const UPLOAD = fixedUpload({
  checksum: null,
  createdAt: NOW,
  expiresAt: NOW + 100,
  multipart: { uploadId: 'x', partBytes: 5 },
});
const IN_PARTS = { inParts: true, byForm: false };
const BY_FORM = { inParts: false, byForm: true };

const usageOf = (bytes: number, more: Partial<Usage> = {}): Usage => ({
  uploads: bytes > 0 ? [row(bytes)] : [],
  isExact: true,
  isPaged: false,
  ...more,
});
function row(bytes: number, more: Partial<Counted> = {}): Counted {
  const times = { createdAt: 1, expiresAt: NOW + 1, countsUntil: NOW + 1 };
  return {
    id: `row ${bytes}`,
    mark: '',
    bytes,
    inParts: true,
    ...times,
    state: 'complete',
    ...more,
  };
}
const SUMMARY: Summary = {
  v: 1,
  countedAt: NOW,
  before: NOW,
  bytes: 95,
  openInParts: 0,
  grants: {},
  lacksGrants: false,
};

/** A quota over these counts, one after the other, and what it did to get them. */
function counting(counts: readonly Usage[], reservations: Reservations = localReservations()) {
  const asked: object[] = [];
  const late: (readonly [string, Reservation])[] = [];
  const ledger = {
    usage(owner: string, options: object) {
      asked.push({ owner, ...options });
      const usage = counts[Math.min(asked.length, counts.length) - 1];
      return usage ? Promise.resolve(usage) : Promise.reject(new Error('KV is not to be read'));
    },
    noteLate(owner: string, upload: Reservation) {
      late.push([owner, upload]);
      return Promise.resolve();
    },
  };
  const signer = {
    ledger,
    reservations,
    now: () => NOW * 1000 + 999,
    keepSeconds: null,
  } as unknown as Counting;
  const of = (grant?: string) => quotaOf(signer, { owner: 'alice', ...(grant ? { grant } : {}) });
  return { signer, asked, late, quota: of(), of };
}

/** Reservations that give one verdict and keep what they were asked. */
function scripted(verdicts: readonly Verdict[], exact = false) {
  const wanted: Reservation[] = [];
  const rows: (readonly Counted[])[] = [];
  const reservations = {
    exact,
    async reserve(_asker, one, _limits, _action, listed) {
      wanted.push(one);
      rows.push(await listed());
      return verdicts[Math.min(wanted.length, verdicts.length) - 1] ?? 'taken';
    },
    async usedBytes(_asker, listed) {
      return (await listed()).reduce((sum, { bytes }) => sum + bytes, 0);
    },
    finish(_asker, one, always) {
      wanted.push(one);
      return Promise.resolve(always);
    },
  } as Pick<Reservations, 'exact' | 'reserve' | 'usedBytes' | 'finish'> as Reservations;
  return { reservations, wanted, rows };
}

describe('whether uploads are counted', () => {
  it('is by a limit of bytes, files or ids, and not by one of open uploads', () => {
    assert.equal(isCounted(UNLIMITED), false);
    assert.equal(isCounted({ ...UNLIMITED, ids: null }), false);
    assert.equal(isCounted({ ...UNLIMITED, maxOpen: 1 }), false);
    assert.equal(isCounted({ ...UNLIMITED, ids: [] }), true);
    assert.equal(isCounted({ ...UNLIMITED, maxTotalBytes: 0 }), true);
    assert.equal(isCounted({ ...UNLIMITED, maxPerGrant: 0 }), true);
  });
});

describe('the room of an owner', () => {
  it('has no end, and reads nothing, where bytes are not limited', async () => {
    const { quota, asked } = counting([]);
    assert.equal(await quota.room({ maxTotalBytes: null }), Infinity);
    assert.deepEqual(asked, []);
  });

  it('is what the limit leaves, and never less than nothing', async () => {
    const { quota, asked } = counting([usageOf(30)]);
    assert.equal(await quota.room({ maxTotalBytes: 100 }), 70);
    assert.equal(await quota.room({ maxTotalBytes: 20 }), 0);
    assert.deepEqual(asked, [{ owner: 'alice', exact: false, grant: undefined }]);
  });

  it('is of all uploads, whichever token the caller has', async () => {
    const { of, asked } = counting([usageOf(30)]);
    assert.equal(await of('token').room({ maxTotalBytes: 100 }), 70);
    assert.deepEqual(asked, [{ owner: 'alice', exact: false, grant: undefined }]);
  });

  it('is counted anew where a sum says that there is none', async () => {
    const summed = usageOf(0, { summary: SUMMARY, isExact: false });
    const { quota, asked } = counting([summed, usageOf(40)]);
    assert.equal(await quota.room({ maxTotalBytes: 100 }), 5);
    assert.equal(asked.length, 1);
    assert.equal(await quota.room({ maxTotalBytes: 95 }), 55);
    assert.deepEqual(asked[1], { owner: 'alice', exact: true });
  });

  it('is not counted anew where the count is exact', async () => {
    const { quota, asked } = counting([usageOf(100), usageOf(0)]);
    assert.equal(await quota.room({ maxTotalBytes: 100 }), 0);
    assert.equal(asked.length, 1);
  });
});

describe('room for an upload', () => {
  const take = (
    { quota }: { readonly quota: ReturnType<typeof quotaOf> },
    rules: Partial<Limits> & { readonly ids?: readonly string[] | null },
    action: 'create' | 'complete' = 'create',
    way?: { readonly inParts: boolean; readonly byForm: boolean },
  ) => quota.take({ ...UNLIMITED, ...rules }, UPLOAD, action, way);

  it('is taken without a look where nothing is limited', async () => {
    const { reservations, wanted } = scripted(['taken']);
    const place = counting([], reservations);
    await take(place, {});
    await take(place, { maxOpen: 1 }, 'complete');
    await take(place, { maxOpen: 1 }, 'create', BY_FORM);
    assert.deepEqual(wanted, []);
    assert.deepEqual(place.asked, []);
  });

  it('is always reserved in the Durable Object, which has to know of every upload', async () => {
    const { reservations, wanted, rows } = scripted(['taken'], true);
    const place = counting([usageOf(30, { isPaged: true })], reservations);
    await take(place, {});
    assert.equal(wanted.length, 1);
    assert.deepEqual(rows[0], [row(30)]);
    assert.deepEqual(place.asked, [{ owner: 'alice', exact: true, grant: undefined }]);
    assert.deepEqual(place.late, [], 'it needs no note in KV');
  });

  it('of an id claim is reserved without reading KV', async () => {
    const { reservations, wanted, rows } = scripted(['taken']);
    await take(counting([], reservations), { ids: [UPLOAD.id] });
    assert.equal(wanted.length, 1);
    assert.deepEqual(rows, [[]]);
  });

  it('is limited by open uploads at Create, for an upload in parts', async () => {
    const open = [usageOf(0, { uploads: [row(1, { state: 'open', inParts: true })] })];
    const refused = {
      code: 'rate_limited',
      message: 'At most 1 uploads at once.',
    };
    await assert.rejects(take(counting(open), { maxOpen: 1 }), refused);
    await assert.rejects(take(counting(open), { maxOpen: 1 }, 'create', IN_PARTS), refused);
    await take(counting(open), { maxOpen: 1 }, 'create', BY_FORM);
    await take(counting(open), { maxOpen: 2 });
    await take(counting(open), { maxOpen: 1 }, 'complete');
    await assert.rejects(take(counting(open), { maxOpen: 1 }), (error: Error) => {
      const { problem } = error as Error & { problem: { retryAfter: number } };
      assert.equal(problem.retryAfter, 30);
      return true;
    });
  });

  it('is refused with a sentence that says which limit it is', async () => {
    const full = [usageOf(95)];
    await assert.rejects(take(counting(full), { maxTotalBytes: 100 }), {
      code: 'forbidden',
      message: 'Quota exceeded: at most 100 bytes in total.',
    });
    await take(counting([usageOf(90)]), { maxTotalBytes: 100 });
    const told = (verdict: Verdict) =>
      take(counting([usageOf(0)], scripted([verdict]).reservations), {
        maxTotalBytes: 100,
        maxPerGrant: 2,
      });
    await assert.rejects(told('too_many_files'), {
      code: 'forbidden',
      message: 'The caller’s token allows 2 files: get another token.',
    });
    await assert.rejects(told('other_file'), { code: 'conflict' });
    await assert.rejects(told('cancelled'), { code: 'cancelled' });
    for (const verdict of ['other_file', 'cancelled'] as const) {
      await assert.rejects(told(verdict), (error: Error) => {
        const { problem } = error as Error & { problem: { field: string } };
        assert.equal(problem.field, 'id');
        return true;
      });
    }
  });

  it('counts the files of the caller’s token, if they are limited', async () => {
    const place = counting([usageOf(0, { uploads: [row(1, { grant: 'token' })] })]);
    const rules = { ...UNLIMITED, maxPerGrant: 1 };
    await assert.rejects(place.of('token').take(rules, UPLOAD, 'create'), { code: 'forbidden' });
    await place.of('other').take(rules, { ...UPLOAD, id: 'another' }, 'create');
    assert.deepEqual(place.asked[0], { owner: 'alice', exact: false, grant: 'token' });
    const bytes = { ...UNLIMITED, maxTotalBytes: 100 };
    await place.of('third').take(bytes, { ...UPLOAD, id: 'a third' }, 'create');
    assert.deepEqual(place.asked.at(-1), { owner: 'alice', exact: false, grant: undefined });
  });

  it('is asked for with the mark and the times of the upload', async () => {
    const { reservations, wanted } = scripted(['taken']);
    const place = counting([usageOf(0)], reservations);
    const rules = { ...UNLIMITED, maxTotalBytes: 100 };
    await place.of('token').take(rules, UPLOAD, 'create');
    const { id, bytes, mark, createdAt, expiresAt } = UPLOAD;
    const times = { createdAt, expiresAt, countsUntil: expiresAt };
    assert.deepEqual(wanted[0], { id, mark, bytes, inParts: true, ...times, grant: 'token' });
    await place.quota.take(rules, { ...UPLOAD, fileChecksum: 'sum' }, 'create');
    assert.deepEqual(wanted[1], { id, mark: 'mark sum', bytes, inParts: true, ...times });
  });

  it('of a form counts for thirty days after its end, because it may have made an object', async () => {
    const { reservations, wanted } = scripted(['taken']);
    const place = counting([usageOf(0)], reservations);
    await take(place, { maxTotalBytes: 100 }, 'create', BY_FORM);
    assert.equal(wanted[0]?.countsUntil, UPLOAD.expiresAt + 30 * 86_400);
    assert.equal(wanted[0]?.inParts, false);
    const { multipart: _, ...single } = UPLOAD;
    await place.quota.take({ ...UNLIMITED, maxTotalBytes: 100 }, single, 'complete');
    assert.equal(wanted[1]?.inParts, false);
  });

  it('is counted anew before it is refused by a sum, which may be too high', async () => {
    const summed = usageOf(0, { summary: SUMMARY, isExact: false });
    const place = counting([summed, usageOf(20)]);
    await take(place, { maxTotalBytes: 100 });
    assert.deepEqual(place.asked[1], { owner: 'alice', exact: true });
    const full = counting([summed, usageOf(95)]);
    await assert.rejects(take(full, { maxTotalBytes: 100 }), { code: 'forbidden' });
    const enough = counting([summed]);
    await take(enough, { maxTotalBytes: 105 });
    assert.equal(enough.asked.length, 1);
  });

  it('is given in the order in which it is asked for, although counting anew takes time', async () => {
    const sum = usageOf(0, { isExact: false, summary: SUMMARY });
    const { quota } = counting([sum, usageOf(40)]);
    const limits = { ...UNLIMITED, maxTotalBytes: 100 };
    const outcomes = await Promise.allSettled(
      [60, 5, 0].map((bytes) =>
        quota.take(limits, { ...UPLOAD, id: `file of ${bytes}`, bytes }, 'create'),
      ),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });

  it('is asked for at once for all files of a request, where one place decides', async () => {
    const asked: (() => void)[] = [];
    const reservations = {
      exact: true,
      reserve: () =>
        new Promise<Verdict>((resolve) => {
          asked.push(() => resolve('taken'));
          // None is answered before all have been asked.
          if (asked.length === 2) for (const answer of asked) answer();
        }),
    } as unknown as Reservations;
    const { quota } = counting([], reservations);
    await Promise.all([1, 2].map(() => quota.take(UNLIMITED, UPLOAD, 'create')));
    assert.equal(asked.length, 2);
  });

  it('at Create is not counted anew where the count is exact, or the reason is another', async () => {
    const exact = counting([usageOf(0, { summary: SUMMARY }), usageOf(20)]);
    await assert.rejects(take(exact, { maxTotalBytes: 100 }), { code: 'forbidden' });
    assert.equal(exact.asked.length, 1);
    const { reservations } = scripted(['other_file', 'taken']);
    const inexact = usageOf(0, { summary: SUMMARY, isExact: false });
    const other = counting([inexact, usageOf(0)], reservations);
    await assert.rejects(take(other, { maxTotalBytes: 100 }), { code: 'conflict' });
    assert.equal(other.asked.length, 1);
  });

  it('at Complete is counted anew after any sum, because it contains the upload itself', async () => {
    const fresh = counting([usageOf(0, { summary: SUMMARY }), usageOf(20)]);
    await take(fresh, { maxTotalBytes: 100 }, 'complete');
    assert.equal(fresh.asked.length, 2);
    const plain = counting([usageOf(95, { isExact: false }), usageOf(0)]);
    await assert.rejects(take(plain, { maxTotalBytes: 100 }, 'complete'), { code: 'forbidden' });
    assert.equal(plain.asked.length, 1);
  });

  it('leaves a note for the next count of an owner with more uploads than one list shows', async () => {
    const many = [usageOf(0, { isPaged: true })];
    const place = counting(many);
    await take(place, { maxTotalBytes: 100 });
    assert.equal(place.late.length, 1);
    assert.equal(place.late[0]?.[0], 'alice');
    assert.equal(place.late[0]?.[1].id, UPLOAD.id);
    const completed = counting(many);
    await take(completed, { maxTotalBytes: 100 }, 'complete');
    const few = counting([usageOf(0)]);
    await take(few, { maxTotalBytes: 100 });
    const unread = counting([], scripted(['taken']).reservations);
    await take(unread, { ids: [UPLOAD.id] });
    assert.deepEqual([completed.late, few.late, unread.late], [[], [], []]);
  });

  it('keeps no room for an upload of which that note cannot be left, and says why', async () => {
    const { reservations, released } = releasing();
    const place = counting([usageOf(0, { isPaged: true })], reservations);
    const failure = new Error('KV does not answer');
    place.signer.ledger.noteLate = () => Promise.reject(failure);
    await assert.rejects(take(place, { maxTotalBytes: 100 }), failure);
    assert.deepEqual(released, [[await ownerHash('alice'), UPLOAD.id, 'attempt']]);
  });
});

/** Reservations that take everything, and what was released of them: owner's hash, id, and what. */
function releasing(answer: () => Promise<void> = () => Promise.resolve()) {
  const released: unknown[][] = [];
  const reservations: Reservations = {
    ...scripted(['taken']).reservations,
    release({ owner }, id, what) {
      released.push([owner, id, what]);
      return answer();
    },
  };
  return { reservations, released };
}

describe('giving room back', () => {
  it('takes back one attempt, so that another request for the same upload keeps its room', async () => {
    const { reservations, released } = releasing();
    await giveBackRoom({ now: () => NOW * 1000, reservations }, UPLOAD);
    assert.deepEqual(released, [[await ownerHash(UPLOAD.owner), UPLOAD.id, 'attempt']]);
  });

  it('does not fail where reservations cannot be reached, because the request has failed already', async () => {
    const { reservations, released } = releasing(() => Promise.reject(new Error('no answer')));
    await giveBackRoom({ now: () => NOW * 1000, reservations }, UPLOAD);
    assert.equal(released.length, 1);
  });
});

describe('who asks', () => {
  it('is the owner’s hash, at the second that has begun', async () => {
    const asker = await askerOf({ now: () => 5999 }, 'alice');
    assert.deepEqual(asker, { owner: await ownerHash('alice'), now: 5 });
  });
});

describe('a complete upload', () => {
  it('counts for ever, or for as long as it is kept', async () => {
    const { reservations, wanted } = scripted([]);
    const { signer } = counting([], reservations);
    assert.equal(await finishReservation(signer, UPLOAD, true), true);
    assert.equal(await finishReservation(signer, UPLOAD, false), false);
    assert.equal(wanted[0]?.countsUntil, Number.MAX_SAFE_INTEGER);
    assert.equal('grant' in (wanted[0] ?? {}), false);
    await finishReservation({ ...signer, keepSeconds: 60 }, { ...UPLOAD, grant: 'token' }, false);
    assert.equal(wanted[2]?.countsUntil, NOW + 60);
    assert.equal(wanted[2]?.grant, 'token');
    assert.equal(wanted[2]?.inParts, true);
  });
});
