import type { Seen } from '../traffic.ts';

/** An answer that comes so shortly before a tab or a line ends may not be noted any more. */
const UNNOTED_MS = 1500;
/** With these the store's own answer still reaches the page. */
const HARMLESS: ReadonlySet<string | undefined> = new Set([undefined, 'delay', 'late']);

/**
 * Parts that were sent again although the page had been told that they are stored, and neither it nor
 * its line ended meanwhile or right after that.
 *
 * @param moments when tabs were killed and lines cut, in the time of `seen`.
 */
export function storedTwice(seen: readonly Seen[], moments: readonly number[]): readonly string[] {
  const twice = new Set<string>();
  const storedAt = new Map<string, number>();
  const puts = seen.filter(({ method, partNumber }) => method === 'PUT' && partNumber);
  const answered = puts.filter(
    (put) =>
      put.status === 200 && put.isDelivered && HARMLESS.has(put.fault) && !isCutShort(put, moments),
  );
  for (const put of answered) {
    const part = nameOf(put);
    storedAt.set(part, Math.min(storedAt.get(part) ?? Infinity, put.endedAt ?? Infinity));
  }
  for (const put of puts) {
    const part = nameOf(put);
    if (put.beganAt > (storedAt.get(part) ?? Infinity)) twice.add(part);
  }
  return [...twice];
}

function nameOf({ url, partNumber }: Seen): string {
  return `part ${partNumber} of ${url.searchParams.get('uploadId')}`;
}

function isCutShort({ beganAt, endedAt = 0 }: Seen, moments: readonly number[]): boolean {
  return moments.some((moment) => moment >= beganAt && moment - endedAt < UNNOTED_MS);
}
