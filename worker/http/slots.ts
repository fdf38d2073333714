/** Batches: each entry in a slot of its own, so that one that is bad does not sink the others. */
import type { Log, LogFields } from '../log.ts';
import { ProblemError } from '../problem.ts';
import type { Refused } from '../protocol.ts';
import { isStoreError } from '../s3/errors.ts';
import { fromStore } from './store-problem.ts';

/** Does `work` for every entry at once, and answers in the same order. */
export function slotsOf<E, T extends { id: string }>(
  log: Log,
  entries: readonly E[],
  work: (entry: E, index: number) => Promise<T>,
): Promise<(T | Refused)[]> {
  return Promise.all(
    entries.map(async (entry, index) => {
      try {
        return await work(entry, index);
      } catch (thrown) {
        return { id: idOf(entry), problem: asProblem(log, thrown).problem };
      }
    }),
  );
}

/** Any error as a problem; what is not one is a defect of ours and is logged. */
export function asProblem(log: Log, thrown: unknown): ProblemError {
  const error = fromStore(thrown);
  if (error instanceof ProblemError) {
    if (error.cause !== undefined) log.warn('problem', { code: error.code, ...causeOf(error) });
    return error;
  }
  log.warn('unexpected', { error });
  return new ProblemError('misconfigured', 'Something went wrong here; the log says what.');
}

/** What the log says of a problem's cause. */
export function causeOf({ cause }: ProblemError): LogFields {
  if (!isStoreError(cause)) return cause === undefined ? {} : { cause };
  const { operation, code, status, requestId } = cause;
  return { storeOperation: operation, storeCode: code, storeStatus: status, storeId: requestId };
}

function idOf(entry: unknown): string {
  const named = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : '';
  return typeof named === 'string' ? named.slice(0, 64) : '';
}
