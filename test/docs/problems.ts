/** Every code of an error, with its cause and its cure. A new code does not compile until it is here. */
import type { UploadErrorCode } from '../../widget/core/errors.ts';
import { PROBLEMS, type ProblemCode } from '../../worker/protocol/problems.ts';
import { table } from './markdown.ts';

interface Explanation {
  readonly cause: string;
  readonly cure: string;
}

const OF_THE_WORKER: Readonly<Record<ProblemCode, Explanation>> = {
  invalid_request: {
    cause: 'A field is missing, unknown or of the wrong form. `field` names it.',
    cure: 'Change the request. The same request is refused again.',
  },
  unauthenticated: {
    cause:
      'There is no token, or it is not accepted. `detail` and `WWW-Authenticate` say why: `expired`, `wrong audience`, …',
    cure: 'Send a fresh token. The element calls `getToken` again by itself.',
  },
  forbidden: {
    cause:
      'The caller is known, and may not do this: a claim, the policy, a hook or a quota says no.',
    cure: 'Read `detail`. Widen the claim or the limit if the caller should be allowed.',
  },
  not_found: {
    cause: 'There is no such upload, or it belongs to somebody else; the two are not told apart.',
    cure: 'Check the id, and that you ask with a token of its owner.',
  },
  conflict: {
    cause: 'The id was used for another file, the key is taken, or the upload is in another state.',
    cure: 'Use a new id, or a `KEY_TEMPLATE` that contains `{id}`.',
  },
  cancelled: {
    cause: 'The owner has cancelled the upload, perhaps on another device.',
    cure: 'Add the file again. It becomes a new upload.',
  },
  expired: {
    cause:
      'The upload was not completed within `UPLOAD_TTL` after its last part, or within `UPLOAD_MAX_AGE`.',
    cure: 'The element resumes it by itself. If it has reached its maximum age, it has to start again.',
  },
  gone: {
    cause: 'The store has dropped the unfinished upload, by a lifecycle rule or by its own limit.',
    cure: 'The file starts again by itself. Set `S3_ABORTS_AFTER` so that pages can warn in time.',
  },
  too_large: {
    cause: 'The file, the request or the total is larger than allowed.',
    cure: 'Raise `MAX_BYTES`, `MAX_TOTAL_BYTES` or the claim, or choose a smaller file.',
  },
  type_not_allowed: {
    cause: 'The type or the extension is not in `ACCEPT`. Both have to match.',
    cure: 'Add both to `ACCEPT`, for example `video/mp4, .mp4`.',
  },
  incomplete: {
    cause: 'Complete was called while parts are missing at the store.',
    cure: 'The element sends the missing parts. Other clients: read `GET /uploads/:id`, send them, complete again.',
  },
  checksum_mismatch: {
    cause:
      'A part or the file differs from its announced checksum: it was damaged on the way or has changed.',
    cure: 'Send it again. If it happens often, look for a proxy that changes bodies.',
  },
  rate_limited: {
    cause: 'The caller has sent too many requests in a minute, or has too many open uploads.',
    cure: 'Wait for `Retry-After`. The element does.',
  },
  store_unavailable: {
    cause: 'The store did not answer, or answered with an error of its own.',
    cure: 'Retry; the element does. If it lasts, run `npx s3-upload doctor` and read the Worker’s log.',
  },
  store_full: {
    cause: 'The store has no room left.',
    cure: 'Free some, or raise the bucket’s quota.',
  },
  misconfigured: {
    cause: 'A setting is missing or wrong. `detail` names it.',
    cure: 'Change the setting. `npx s3-upload doctor` checks all of them.',
  },
};

const OF_THE_PAGE: Readonly<Record<Exclude<UploadErrorCode, ProblemCode>, Explanation>> = {
  too_small: {
    cause: 'The file is smaller than `min-size` or `MIN_BYTES`.',
    cure: 'Choose another file.',
  },
  total_too_large: {
    cause: 'All files together exceed `max-total-size`.',
    cure: 'Remove some files.',
  },
  too_many_files: {
    cause: 'There are more files than `max-files` or `MAX_FILES` allows.',
    cure: 'Remove some files.',
  },
  duplicate: {
    cause: 'The same file is in the list already: same name, size and date.',
    cure: 'Nothing has to be done.',
  },
  rejected: {
    cause:
      'A validator of the page, or the hook `prepare`, has refused the file. The message is theirs.',
    cure: 'See [Before a file is sent](../transforms.md).',
  },
  transform_failed: {
    cause: 'One of the page’s transforms has thrown. `cause` is its error.',
    cure: 'Retry, or mend the transform.',
  },
  file_changed: {
    cause: 'The file on disk was changed after it had been chosen.',
    cure: 'Choose the file again.',
  },
  file_unreadable: {
    cause: 'The browser could not read the file: it was moved, or its disk is away.',
    cure: 'Choose the file again.',
  },
  file_not_allowed: {
    cause: 'The user or the browser does not allow the page to read the file.',
    cure: 'Choose the file again, and allow it.',
  },
  signer_unreachable: {
    cause: 'The Worker did not answer, or `getToken` failed, for as long as the element tries.',
    cure: 'Retry when it is back. Check `endpoint`, `getToken` and the Content-Security-Policy; the console of the page says which.',
  },
  store_unreachable: {
    cause: 'The store did not answer the page, for as long as the element tries.',
    cure: 'Retry. Where a firewall blocks the bucket, set `RELAY=on`.',
  },
  store_refused: {
    cause: 'The store has answered with an error. `storeCode` is its own code.',
    cure: 'Look for the code in the Worker’s log, which says what to change.',
  },
  cors: {
    cause: 'The bucket’s CORS rules do not allow this page.',
    cure: 'Run `npx s3-upload setup --origin https://…`, with the origin of the page.',
  },
};

/** By the name of their block in docs/reference/problems.md. */
export const PROBLEM_TABLES = { worker: workerTable, page: pageTable } as const;

function workerTable(): string {
  const rows = Object.entries(OF_THE_WORKER).map(([code, { cause, cure }]) => {
    const { status } = PROBLEMS[code as ProblemCode];
    return [`\`${code}\``, String(status), cause, cure];
  });
  return table(['Code', 'Status', 'Cause', 'Cure'], rows);
}

function pageTable(): string {
  const rows = Object.entries(OF_THE_PAGE).map(([code, { cause, cure }]) => [
    `\`${code}\``,
    cause,
    cure,
  ]);
  return table(['Code', 'Cause', 'Cure'], rows);
}
