import type { UploadError, UploadErrorCode } from '../core/index.ts';
import { describeAccept } from '../intake/accept.ts';
import type { MessageId } from './en.ts';
import type { Localizer } from './localizer.ts';

/**
 * The message for each code. Some need a limit, a number of bytes or a list of types, to be filled
 * in; without one, the message is `rejected`.
 */
const MESSAGES: Readonly<
  Record<UploadErrorCode, { readonly id: MessageId; readonly needs?: 'limit' | 'types' }>
> = {
  too_large: { id: 'too_large', needs: 'limit' },
  too_small: { id: 'too_small', needs: 'limit' },
  total_too_large: { id: 'total_too_large', needs: 'limit' },
  too_many_files: { id: 'too_many_files' },
  type_not_allowed: { id: 'type_not_allowed', needs: 'types' },
  rejected: { id: 'rejected' },
  transform_failed: { id: 'transform_failed' },
  duplicate: { id: 'duplicate' },
  file_changed: { id: 'file_changed' },
  file_unreadable: { id: 'file_unreadable' },
  file_not_allowed: { id: 'file_not_allowed' },
  signer_unreachable: { id: 'unreachable' },
  store_unreachable: { id: 'unreachable' },
  store_unavailable: { id: 'unreachable' },
  rate_limited: { id: 'unreachable' },
  store_refused: { id: 'misconfigured' },
  misconfigured: { id: 'misconfigured' },
  store_full: { id: 'full' },
  cors: { id: 'cors' },
  unauthenticated: { id: 'unauthenticated' },
  forbidden: { id: 'forbidden' },
  expired: { id: 'expired' },
  gone: { id: 'failed' },
  checksum_mismatch: { id: 'checksum_mismatch' },
  invalid_request: { id: 'failed' },
  not_found: { id: 'failed' },
  conflict: { id: 'failed' },
  cancelled: { id: 'cancelled' },
  incomplete: { id: 'failed' },
};

/** Errors that only whoever runs the Worker and the bucket can mend; their messages say how. */
const SETUP_ERRORS: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'misconfigured',
  'store_refused',
  'store_full',
  'store_unreachable',
  'cors',
  'signer_unreachable',
  'unauthenticated',
]);

/** A developer's own machine. */
const LOCAL_HOST = /^(127\.[\d.]+|\[::1\]|(.+\.)?localhost)$/;

/**
 * What happened and what to do, in the user's words. On a developer's own machine, what is set up
 * wrongly is named, too.
 */
export function reasonOf(
  error: UploadError,
  localizer: Localizer,
  hostname: string = location.hostname,
): string {
  const reason = userReasonOf(error, localizer);
  const isNamed = SETUP_ERRORS.has(error.code) && LOCAL_HOST.test(hostname);
  return isNamed ? `${reason} ${error.message}`.trim() : reason;
}

function userReasonOf(error: UploadError, localizer: Localizer): string {
  const { code, limit, message, retryable } = error;
  // The page's own validator speaks the page's language.
  if (code === 'rejected' && message) return message;
  const types = code === 'type_not_allowed' ? describeAccept(`${limit ?? ''}`, localizer) : [];
  const n = Number(limit ?? 1);
  return localizer.text(messageFor(code, { hasLimit: Boolean(limit), types, retryable }), {
    n,
    limit: localizer.bytes(n),
    types: localizer.list(types, 'conjunction'),
  });
}

function messageFor(
  code: UploadErrorCode,
  known: {
    readonly hasLimit: boolean;
    readonly types: readonly string[];
    readonly retryable: boolean;
  },
): MessageId {
  // A code of a later version of the Worker is not in the table.
  const { id = 'failed', needs } = MESSAGES[code] ?? {};
  if (id === 'failed' && !known.retryable) return 'rejected';
  if (needs === 'limit' && !known.hasLimit) return 'rejected';
  return needs === 'types' && known.types.length === 0 ? 'rejected' : id;
}
