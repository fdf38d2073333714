import type { Totals, UploadSnapshot } from '../../../core/index.ts';

/** The first quarter, the half, and the third quarter. */
const QUARTERS = 4;
/** A batch says nothing of its progress earlier than this, or more often. */
const LEAST_INTERVAL_MS = 10_000;

/** Uploads that are under way together, from the first one that begins until none is active. */
interface Batch {
  /** Files that were uploaded before. */
  readonly doneBefore: number;
  readonly bytesBefore: number;
  quarter: number;
  quietUntilMs: number;
}

/**
 * Decides when a batch of uploads tells how far it is: once for each quarter, of the bytes or of the
 * files, whichever comes first, and never within ten seconds of the last time. A batch that is faster
 * than that says nothing before its end, and one of many hours speaks three times.
 */
export class Milestones {
  #batch: Batch | undefined;

  /** Number of files in the batch. */
  sizeOf({ files }: Totals): number {
    return files - (this.#batch?.doneBefore ?? 0);
  }

  /** Returns true if the batch has reached a quarter that has to be told. Call it whenever uploads change. */
  isReached(uploads: readonly UploadSnapshot[], totals: Totals, nowMs: number): boolean {
    if (totals.active === 0) {
      this.#batch = undefined;
      return false;
    }
    const isNew = !this.#batch;
    const batch = (this.#batch ??= begin(uploads, totals, nowMs));
    const quarter = Math.floor(QUARTERS * fractionOf(totals, batch));
    if (isNew) batch.quarter = quarter;
    if (quarter <= batch.quarter || quarter >= QUARTERS || nowMs < batch.quietUntilMs) return false;
    batch.quarter = quarter;
    batch.quietUntilMs = nowMs + LEAST_INTERVAL_MS;
    return true;
  }
}

function begin(uploads: readonly UploadSnapshot[], { done }: Totals, nowMs: number): Batch {
  const finished = uploads.filter(({ status }) => status === 'done');
  return {
    doneBefore: done,
    bytesBefore: finished.reduce((sum, { bytes }) => sum + bytes, 0),
    quarter: 0,
    quietUntilMs: nowMs + LEAST_INTERVAL_MS,
  };
}

function fractionOf({ files, done, bytes, loaded }: Totals, batch: Batch): number {
  const { doneBefore, bytesBefore } = batch;
  return Math.max(
    (done - doneBefore) / (files - doneBefore || 1),
    (loaded - bytesBefore) / (bytes - bytesBefore || 1),
  );
}
