import type { UploadError, UploadErrorCode } from '../core/index.ts';
import { describeAccept } from '../intake/accept.ts';
import type { MessageId } from './en.ts';
import type { Localizer } from './localizer.ts';

/** The message for each code. */
const MESSAGES: Readonly<Record<UploadErrorCode, MessageId>> = {
  too_large: 'too_large',
  too_small: 'too_small',
  total_too_large: 'total_too_large',
  too_many_files: 'too_many_files',
  type_not_allowed: 'type_not_allowed',
  rejected: 'rejected',
  duplicate: 'duplicate',
  file_changed: 'file_changed',
  file_unreadable: 'file_unreadable',
  file_not_allowed: 'file_not_allowed',
  signer_unreachable: 'unreachable',
  store_unreachable: 'unreachable',
  store_unavailable: 'unreachable',
  rate_limited: 'unreachable',
  store_refused: 'misconfigured',
  misconfigured: 'misconfigured',
  store_full: 'full',
  cors: 'cors',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  expired: 'expired',
  gone: 'failed',
  checksum_mismatch: 'checksum_mismatch',
  invalid_request: 'failed',
  not_found: 'failed',
  conflict: 'failed',
  cancelled: 'cancelled',
  incomplete: 'failed',
};

/**
 * What is filled in: a limit, a number of bytes or a list of types. Without it, the message is `rejected`.
 */
const NEEDS: { readonly [id in MessageId]?: 'limit' | 'types' } = {
  too_large: 'limit',
  too_small: 'limit',
  total_too_large: 'limit',
  type_not_allowed: 'types',
};

/** What happened and what to do, in the user's words. */
export function reasonOf(error: UploadError, localizer: Localizer): string {
  const { code, limit, message, retryable } = error;
  // The page's own validator speaks the page's language.
  if (code === 'rejected' && message) return message;
  const types = code === 'type_not_allowed' ? describeAccept(`${limit ?? ''}`, localizer) : [];
  const n = Number(limit ?? 1);
  // A code of a later version of the Worker is not in the table.
  const id = MESSAGES[code] ?? 'failed';
  const needs = NEEDS[id];
  const isFitting = needs
    ? needs === 'types'
      ? types.length > 0
      : Boolean(limit)
    : id !== 'failed' || retryable;
  return localizer.text(isFitting ? id : 'rejected', {
    n,
    limit: localizer.bytes(n),
    types: localizer.list(types, 'conjunction'),
  });
}
