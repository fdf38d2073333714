import type { UploadError } from '../core/errors.ts';
import { acceptTokens, describeAccept } from '../intake/accept.ts';
import { en, type MessageId } from './en.ts';
import type { Localizer } from './localizer.ts';

/** What happened and what to do, in the user's words. */
export function reasonOf(error: UploadError, localizer: Localizer): string {
  const { code, limit } = error;
  switch (code) {
    case 'too_large':
    case 'too_small':
    case 'total_too_large':
      if (typeof limit !== 'number') return localizer.text('rejected');
      return localizer.text(code, { limit: localizer.bytes(limit) });
    case 'too_many_files':
      return localizer.text(code, { n: Number(limit ?? 1) });
    case 'type_not_allowed': {
      const types = describeAccept(acceptTokens(String(limit ?? '')), localizer);
      if (types.length === 0) return localizer.text('type_not_allowed_here');
      return localizer.text(code, { types: localizer.list(types, 'conjunction') });
    }
    case 'rejected':
      // A validator of the page speaks the page's language itself.
      return error.message || localizer.text(code);
    default:
      return localizer.text(code in en ? (code as MessageId) : 'failed');
  }
}
