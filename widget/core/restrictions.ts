/** What the page and the Worker's policy require of a file before it becomes an upload. */
import { acceptFilter } from '../../worker/protocol/accept.ts';
import type { Policy } from '../../worker/protocol.ts';
import { isUploadError, UploadError, type UploadErrorCode } from './errors.ts';
import type { Restrictions, Validator } from './page-functions.ts';
import type { FileWithPath } from './types.ts';

/** Why a file is refused; undefined if it is not. */
export type Verdict = UploadError | undefined;

/** Files and bytes that are in the list already. */
export interface Present {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Returns a function that says why a file is refused: at once, or as a promise if a validator returns one,
 * in which case `signal` tells the validators that nobody waits any more. What holds for all files is
 * computed once.
 */
export function judge(
  rules: Restrictions,
  policy: Partial<Policy> = {},
): (entry: FileWithPath, present: Present, signal: AbortSignal) => Verdict | Promise<Verdict> {
  const { accept = '', maxTotalBytes = Infinity, validators = [] } = rules;
  const maxFiles = least(rules.maxFiles, policy.maxFiles);
  const maxBytes = least(rules.maxBytes, policy.maxBytes);
  const minBytes = Math.max(rules.minBytes ?? 0, policy.minBytes ?? 0);
  const types = policy.accept ?? [];
  const isForPage = acceptFilter(accept);
  const isForPolicy = acceptFilter(types);
  return ({ file, path }, present, signal) => {
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
    return validated(file, validators, { path, signal });
  };
}

/** Asks the validators in their order, until one has something against the file. */
function validated(
  file: File,
  validators: readonly Validator[],
  context: Parameters<Validator>[1],
): Verdict | Promise<Verdict> {
  try {
    for (const [index, validate] of validators.entries()) {
      const answer = validate(file, context);
      if (answer && typeof answer === 'object' && 'then' in answer) {
        return answer.then(asError).then(
          (error) => error ?? validated(file, validators.slice(index + 1), context),
          (reason: unknown) => asError(reason) ?? new UploadError('rejected', ''),
        );
      }
      const error = asError(answer);
      if (error) return error;
    }
  } catch (cause) {
    // Without a message: what was thrown is for the developer, and not for the user.
    return new UploadError('rejected', '', { fileName: file.name, cause });
  }
  return undefined;
}

/** What a validator has against a file; the message of an error is the user's. */
function asError(answer: unknown): Verdict {
  if (!answer) return undefined;
  if (isUploadError(answer)) return answer;
  const { message = String(answer) } = answer as { readonly message?: string };
  return new UploadError('rejected', message, { cause: answer });
}

function least(a: number | undefined, b: number | null | undefined): number {
  return Math.min(a ?? Infinity, b ?? Infinity);
}
