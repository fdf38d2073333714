/** Refusals as Companion's clients read them. */
import type { Context } from 'hono';
import { answerProblem, ProblemError } from '../problem.ts';
import type { Problem } from '../protocol.ts';

/**
 * Refuses in Companion's own words, which an app may look for.
 *
 * @throws ProblemError `invalid_request`, always.
 */
export function refuse(words: string): never {
  throw new ProblemError('invalid_request', words);
}

/** The problem, with Companion's `error` and the `message` that Uppy 5 shows. */
export function answerRefusal(c: Context, problem: Problem): Response {
  const { detail } = problem;
  const worded: Problem & { error: string; message: string } = {
    ...problem,
    error: detail,
    message: detail,
  };
  return answerProblem(c, worded);
}
