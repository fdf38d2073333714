/**
 * What an owner with many uploads has, as one value of KV. It sums up the uploads that were created
 * before a point in time; later ones are counted from their rows. A sum is never too low, because it
 * keeps counting what has ended since: so a limit may be refused by it only after a new count.
 */
import * as v from 'valibot';
import type { Counted } from '../policy/reservations.ts';
import { parseJson } from '../util/parse-json.ts';

const Count = v.pipe(v.number(), v.minValue(0));

export const Summary = v.object({
  v: v.literal(1),
  /** When the rows were counted, in seconds since the epoch. */
  countedAt: v.number(),
  /** The uploads that were created before this are in the sum. */
  before: v.number(),
  bytes: Count,
  /** Open uploads in several parts. */
  openInParts: Count,
  /** Uploads made with each token of the callers'. */
  grants: v.record(v.string(), Count),
  /** There were more tokens than are kept. */
  lacksGrants: v.boolean(),
});
export type Summary = v.InferOutput<typeof Summary>;

/** KV shows every place what was written after this time, in seconds. */
const SETTLED_SECONDS = 150;
const MOST_GRANTS = 2000;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** @param countedAt when the first row was read. */
export function summarize(uploads: readonly Counted[], countedAt: number): Summary {
  const before = countedAt - SETTLED_SECONDS;
  const grants: Record<string, number> = {};
  let bytes = 0;
  let openInParts = 0;
  let kept = 0;
  let lacksGrants = false;
  for (const upload of uploads) {
    if (upload.createdAt >= before || upload.countsUntil <= countedAt) continue;
    bytes += upload.bytes;
    if (upload.state === 'open' && upload.inParts) openInParts++;
    const { grant } = upload;
    if (grant === undefined) continue;
    if (grants[grant] === undefined && kept++ >= MOST_GRANTS) lacksGrants = true;
    else grants[grant] = (grants[grant] ?? 0) + 1;
  }
  return { v: 1, countedAt, before, bytes, openInParts, grants, lacksGrants };
}

export function readSummary(text: string | null): Summary | undefined {
  const summary = v.safeParse(Summary, parseJson(text));
  return summary.success ? summary.output : undefined;
}

/** The sum as uploads that count like it, for a caller with this token. */
export function countedOfSummary(summary: Summary, grant: string | undefined): Counted[] {
  const { before, bytes, openInParts, grants } = summary;
  const sum: Counted = {
    id: 'summary',
    mark: '',
    state: 'open',
    bytes,
    inParts: false,
    createdAt: 0,
    expiresAt: FOREVER,
    countsUntil: FOREVER,
    sumOfBefore: before,
  };
  const one = { ...sum, bytes: 0 };
  const ofGrant = grant === undefined ? 0 : (grants[grant] ?? 0);
  return [
    sum,
    ...times(openInParts, (number) => ({ ...one, id: `open ${number}`, inParts: true })),
    ...times(ofGrant, (number) => ({
      ...one,
      id: `grant ${number}`,
      ...(grant !== undefined && { grant }),
    })),
  ];
}

function times<T>(count: number, make: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, number) => make(number));
}
