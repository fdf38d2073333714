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
  /**
   * Why, in a few words of our own for the log. Of a 401 it is also sent, in `WWW-Authenticate`, so
   * it holds nothing that came with a request.
   */
  readonly reason?: string | undefined;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

/** Throw it anywhere in a route; the app turns it into the answer. `detail` is sent unchanged. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly reason: string | undefined;

  constructor(code: ProblemCode, detail: string, fields: ProblemFields = {}) {
    super(detail, fields.cause === undefined ? undefined : { cause: fields.cause });
    const { status, title } = PROBLEMS[code];
    this.reason = fields.reason;
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
 *
 * @param reason why the caller's token was refused. Absent if there was no token.
 */
export function answerProblem(c: Context, problem: Problem, reason?: string): Response {
  const status = problem.status as ContentfulStatusCode;
  return c.newResponse(JSON.stringify(problem), status, headersOf(problem, reason));
}

function headersOf({ status, retryAfter }: Problem, reason?: string): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': challenge(reason) }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
}

/** A description has only these characters: https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const NOT_IN_DESCRIPTION = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

function challenge(reason?: string): string {
  if (reason === undefined) return 'Bearer';
  const description = reason.replaceAll(NOT_IN_DESCRIPTION, '?');
  return `Bearer error="invalid_token", error_description="${description}"`;
}
