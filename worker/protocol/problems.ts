/** The problems that the Worker answers with. */
import * as v from 'valibot';
import type { DeepReadonly } from './util/deep-readonly.ts';

/** Status and title of each code. A problem may have another status. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'The caller is not authenticated' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  cancelled: { status: 409, title: 'Cancelled' },
  /** The time is up. `POST /uploads/:id/resume` continues the upload, unless it has its maximum age. */
  expired: { status: 410, title: 'Expired' },
  /** The store does not have the upload any more, so nothing of it can be continued. */
  gone: { status: 410, title: 'Gone from the store' },
  too_large: { status: 413, title: 'Too large' },
  type_not_allowed: { status: 415, title: 'Type not allowed' },
  incomplete: { status: 422, title: 'The upload is not complete' },
  checksum_mismatch: { status: 422, title: 'The checksum does not match' },
  rate_limited: { status: 429, title: 'Too many requests' },
  store_unavailable: { status: 503, title: 'The store did not answer' },
  store_full: { status: 507, title: 'The store is full' },
  misconfigured: { status: 500, title: 'The server is not configured' },
} as const;

/** Says what went wrong. Programs decide by it. */
export type ProblemCode = keyof typeof PROBLEMS;

export const ProblemSchema = v.strictObject({
  /** The code as a URN, such as `urn:s3-upload:problem:too_large`. */
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(1)),
  detail: v.string(),
  code: v.picklist(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  /** Path to the invalid value in the request, such as `files[0].bytes`. */
  field: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('Path to the invalid value in the request, such as `files[0].bytes`.'),
    ),
  ),
  /** Delay before a retry, in seconds. */
  retryAfter: v.exactOptional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.description('Delay before a retry, in seconds.'),
    ),
  ),
});
/** RFC 9457 `application/problem+json`. */
export type Problem = DeepReadonly<v.InferOutput<typeof ProblemSchema>>;
