import type { UploadError } from '../core/errors.ts';
import { describeAccept } from '../intake/accept.ts';
import { en, type MessageId } from './en.ts';
import type { Localizer } from './localizer.ts';

/** What happened and what to do, in the user's words. */
export function reasonOf(error: UploadError, localizer: Localizer): string {
  const { code, limit, message, retryable } = error;
  const types = code === 'type_not_allowed' ? describeAccept(`${limit ?? ''}`, localizer) : [];
  let id = (code in en ? code : 'failed') as MessageId;
  // A validator of the page speaks the page's language itself.
  if (code === 'rejected' && message) return message;
  if (/unreach|unavail|rate_/.test(code)) id = 'unreachable';
  else if (code === 'store_refused') id = 'misconfigured';
  else if (id === 'failed' && !retryable) id = 'rejected';
  else if (/large|small|type/.test(code) && !limit) id = 'rejected';
  else if (code === 'type_not_allowed' && types.length === 0) id = 'rejected';
  const n = Number(limit ?? 1);
  return localizer.text(id, {
    n,
    limit: localizer.bytes(n),
    types: localizer.list(types, 'conjunction'),
  });
}
