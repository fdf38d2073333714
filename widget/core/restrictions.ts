/** What the page, and the Worker's policy, ask of a file before it becomes an upload. */
import type { Policy } from '../../worker/protocol.ts';
import { UploadError, type UploadErrorCode } from './errors.ts';
import type { Restrictions } from './types.ts';

/** Files and bytes that are there already. */
export interface Present {
  readonly files: number;
  readonly bytes: number;
}

/** Why a file is refused, or undefined. */
export function refusal(
  file: File,
  restrictions: Restrictions,
  policy: Policy | undefined,
  present: Present,
): UploadError | undefined {
  const refuse = (code: UploadErrorCode, rule: string, limit?: number | string) =>
    new UploadError(code, `${file.name} ${rule}.`, {
      fileName: file.name,
      ...(limit !== undefined && { limit }),
    });
  const { size } = file;
  const { maxTotalBytes = Infinity, validators = [] } = restrictions;
  const maxFiles = Math.min(restrictions.maxFiles ?? Infinity, policy?.maxFiles ?? Infinity);
  const maxBytes = Math.min(restrictions.maxBytes ?? Infinity, policy?.maxBytes ?? Infinity);
  const minBytes = Math.max(restrictions.minBytes ?? 0, policy?.minBytes ?? 0);
  if (present.files >= maxFiles) return refuse('too_many_files', 'is one file too many', maxFiles);
  for (const accept of [restrictions.accept, policy?.accept.join()]) {
    if (accept && !accepts(accept, file))
      return refuse('type_not_allowed', `is not one of ${accept}`, accept);
  }
  if (size > maxBytes) return refuse('too_large', `is larger than ${maxBytes} bytes`, maxBytes);
  if (size < minBytes) return refuse('too_small', `is smaller than ${minBytes} bytes`, minBytes);
  if (present.bytes + size > maxTotalBytes) {
    return refuse('total_too_large', `makes more than ${maxTotalBytes} bytes`, maxTotalBytes);
  }
  for (const validate of validators) {
    const error = validate(file);
    if (error) return typeof error === 'string' ? new UploadError('rejected', error) : error;
  }
  return undefined;
}

/** The `accept` attribute's rules: https://html.spec.whatwg.org/#attr-input-accept */
export function accepts(accept: string, { name, type }: File): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .some((token) =>
      token.startsWith('.')
        ? name.toLowerCase().endsWith(token)
        : token.endsWith('/*')
          ? token === '*/*' || type.toLowerCase().startsWith(token.slice(0, -1))
          : token === type.toLowerCase().split(';')[0],
    );
}
