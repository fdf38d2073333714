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
  rules: Restrictions,
  policy: Partial<Policy> = {},
  present: Present,
): UploadError | undefined {
  const { name, size } = file;
  const { accept, maxTotalBytes = Infinity, validators = [] } = rules;
  const maxFiles = least(rules.maxFiles, policy.maxFiles);
  const maxBytes = least(rules.maxBytes, policy.maxBytes);
  const minBytes = Math.max(rules.minBytes ?? 0, policy.minBytes ?? 0);
  const types = policy.accept?.join();
  const broken: readonly (readonly [UploadErrorCode, boolean, number | string | undefined])[] = [
    ['too_many_files', present.files >= maxFiles, maxFiles],
    ['type_not_allowed', !accepts(accept, file), accept],
    ['type_not_allowed', !accepts(types, file), types],
    ['too_large', size > maxBytes, maxBytes],
    ['too_small', size < minBytes, minBytes],
    ['total_too_large', present.bytes + size > maxTotalBytes, maxTotalBytes],
  ];
  for (const [code, isBroken, limit] of broken) {
    if (!isBroken) continue;
    const message = `${name}: ${code.replaceAll('_', ' ')} (${limit})`;
    return new UploadError(code, message, { fileName: name, limit });
  }
  for (const validate of validators) {
    const error = validate(file);
    if (error) return typeof error === 'string' ? new UploadError('rejected', error) : error;
  }
  return undefined;
}

function least(a: number | undefined, b: number | null | undefined): number {
  return Math.min(a ?? Infinity, b ?? Infinity);
}

/** The `accept` attribute's rules: https://html.spec.whatwg.org/#attr-input-accept */
function accepts(accept: string | undefined, { name, type }: File): boolean {
  if (!accept) return true;
  const mime = type.toLowerCase().replace(/;.*/, '');
  return accept
    .toLowerCase()
    .split(',')
    .some((part) => {
      const token = part.trim();
      if (token.startsWith('.')) return name.toLowerCase().endsWith(token);
      return token === '*/*' || token === mime || token === mime.replace(/\/.*/, '/*');
    });
}
