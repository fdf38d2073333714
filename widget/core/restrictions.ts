/** What the page and the Worker's policy require of a file before it becomes an upload. */
import { acceptFilter } from '../../worker/protocol/accept.ts';
import type { Policy } from '../../worker/protocol.ts';
import { UploadError, type UploadErrorCode } from './errors.ts';
import type { Restrictions } from './types.ts';

/** Files and bytes that are in the list already. */
export interface Present {
  readonly files: number;
  readonly bytes: number;
}

/** Returns a function that says why a file is refused; what holds for all files is computed once. */
export function judge(
  rules: Restrictions,
  policy: Partial<Policy> = {},
): (file: File, present: Present) => UploadError | undefined {
  const { accept = '', maxTotalBytes = Infinity, validators = [] } = rules;
  const maxFiles = least(rules.maxFiles, policy.maxFiles);
  const maxBytes = least(rules.maxBytes, policy.maxBytes);
  const minBytes = Math.max(rules.minBytes ?? 0, policy.minBytes ?? 0);
  const types = policy.accept ?? [];
  const isForPage = acceptFilter(accept);
  const isForPolicy = acceptFilter(types);
  return (file, present) => {
    const { name, size } = file;
    const refuse = (code: UploadErrorCode, limit: number | string | undefined) =>
      new UploadError(code, `${name}: ${code.replaceAll('_', ' ')} (${limit})`, {
        fileName: name,
        limit,
      });
    if (present.files >= maxFiles) return refuse('too_many_files', maxFiles);
    if (!isForPage(file)) return refuse('type_not_allowed', accept);
    if (!isForPolicy(file)) return refuse('type_not_allowed', types.join());
    if (size > maxBytes) return refuse('too_large', maxBytes);
    if (size < minBytes) return refuse('too_small', minBytes);
    if (present.bytes + size > maxTotalBytes) return refuse('total_too_large', maxTotalBytes);
    try {
      for (const validate of validators) {
        const error = validate(file);
        if (error) return typeof error === 'string' ? new UploadError('rejected', error) : error;
      }
    } catch (cause) {
      // Without a message: what was thrown is for the developer, and not for the user.
      return new UploadError('rejected', '', { fileName: name, cause });
    }
    return undefined;
  };
}

function least(a: number | undefined, b: number | null | undefined): number {
  return Math.min(a ?? Infinity, b ?? Infinity);
}
