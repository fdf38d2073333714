/** Translates failures of the store, and our own, into problems for the caller. */
import { defectOf, type Log, type LogFields } from '../util/log.ts';
import { ProblemError } from '../problem.ts';
import { FORGOTTEN_BY_STORE, KEY_TAKEN } from '../refusals.ts';
import type { ProblemCode } from '../protocol.ts';
import { isStoreError, type StoreError, type StoreErrorKind } from '../s3/requests/errors.ts';

/**
 * Any error as a problem. An error that is not a problem is a defect of this project and is logged.
 */
export function asProblem(log: Log, thrown: unknown): ProblemError {
  const error = fromStore(thrown);
  if (error instanceof ProblemError) {
    if (error.cause !== undefined) log.warn('problem', { code: error.code, ...causeOf(error) });
    return error;
  }
  log.error('unexpected', defectOf(error));
  return new ProblemError('misconfigured', 'Something went wrong here; the log says what.');
}

/** The operator has to mend these, so the log says in full what is wrong, and how it is mended. */
const OPERATORS: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['misconfigured', 'store_full']);

/** Log fields of a problem, for the line of its request. `detail` is what the operator has to mend. */
export function lineOf(error: ProblemError): LogFields {
  const { code, problem, reason } = error;
  return {
    code,
    ...(OPERATORS.has(code) && { detail: problem.detail }),
    ...(reason !== undefined && { reason }),
    ...causeOf(error),
  };
}

/** Log fields for the cause of a problem. */
function causeOf({ cause }: ProblemError): LogFields {
  if (!isStoreError(cause)) return cause === undefined ? {} : { cause };
  const { operation, code, status, requestId, advice } = cause;
  return {
    storeOperation: operation,
    storeCode: code,
    storeStatus: status,
    storeId: requestId,
    storeAdvice: advice,
  };
}

const MEANING: Readonly<Record<StoreErrorKind, { code: ProblemCode; detail: string }>> = {
  not_found: { code: 'gone', detail: FORGOTTEN_BY_STORE },
  exists: { code: 'conflict', detail: KEY_TAKEN },
  conflict: { code: 'conflict', detail: 'Another write won the race: start the upload again.' },
  invalid_part: {
    code: 'incomplete',
    detail:
      'Parts are missing or differ from those announced: ask which parts are stored and send the rest.',
  },
  checksum_mismatch: {
    code: 'checksum_mismatch',
    detail: 'The store computed a checksum that differs from the one announced.',
  },
  too_large: { code: 'too_large', detail: 'The store does not take objects of this size.' },
  full: { code: 'store_full', detail: 'The store is full: nothing more can be uploaded.' },
  unsupported: {
    code: 'misconfigured',
    detail: 'The store cannot do what the settings ask for.',
  },
  misconfigured: {
    code: 'misconfigured',
    detail: 'The store refuses the Worker’s own requests.',
  },
  rejected: { code: 'misconfigured', detail: 'The store refused the request.' },
  unavailable: { code: 'store_unavailable', detail: 'The store did not answer: try again.' },
  unknown: {
    code: 'store_unavailable',
    detail: 'It is not known whether the store did its work: try again.',
  },
};

/** A problem for a StoreError. Returns other errors unchanged. */
function fromStore(thrown: unknown): unknown {
  return isStoreError(thrown) ? storeProblem(thrown) : thrown;
}

function storeProblem(error: StoreError): ProblemError {
  const { code, detail } = MEANING[error.kind];
  const { operation, code: storeCode, advice } = error;
  const why = advice === undefined ? '' : `: ${advice}`;
  const operator = code === 'misconfigured' ? ` (${operation}: ${storeCode}${why})` : '';
  return new ProblemError(code, detail + operator, {
    cause: error,
    ...(error.kind === 'unknown' && { status: 502 }),
    ...(error.retryable && { retryAfter: error.retryAfterSeconds ?? 1 }),
  });
}
