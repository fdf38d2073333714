/** Errors as callers see them: RFC 9457 problems with stable codes and without secrets. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem, ProblemCode } from './protocol.ts';
import { PROBLEMS } from './protocol/problems.ts';

/** Optional fields of a problem. */
export interface ProblemFields {
  /** Path into the request, such as `files[0].bytes`. */
  readonly field?: string | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** Set if it is not the usual status of the code. */
  readonly status?: number;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

/** Throw it anywhere in a route; the app turns it into the answer. `detail` is sent unchanged. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(code: ProblemCode, detail: string, fields: ProblemFields = {}) {
    super(detail, fields.cause === undefined ? undefined : { cause: fields.cause });
    const { status, title } = PROBLEMS[code];
    this.problem = {
      type: `urn:s3-upload:problem:${code}`,
      title,
      status: fields.status ?? status,
      detail,
      code,
      ...(fields.field !== undefined && { field: fields.field }),
      ...(fields.retryAfter !== undefined && { retryAfter: fields.retryAfter }),
    };
  }

  get code(): ProblemCode {
    return this.problem.code;
  }
}

/** Whether a repeated request would be refused again. False for problems caused by an outage. */
export function isFinal(thrown: unknown): thrown is ProblemError {
  if (!(thrown instanceof ProblemError)) return false;
  const { status, retryAfter } = thrown.problem;
  return status < 500 && status !== 429 && retryAfter === undefined;
}

/**
 * The answer for a problem, with the headers that every such answer has.
 * https://www.rfc-editor.org/rfc/rfc9457
 */
export function answerProblem(c: Context, problem: Problem): Response {
  const status = problem.status as ContentfulStatusCode;
  return c.newResponse(JSON.stringify(problem), status, headersOf(problem));
}

function headersOf({ status, retryAfter }: Problem): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
}
