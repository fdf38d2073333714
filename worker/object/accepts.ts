/** Lists of types, as `<input accept>` has them. */
import type { FileEntry } from '../protocol.ts';
import { extensionOf } from './name.ts';

/** True for a file of a type on the list: MIME types, `image/*` wildcards, `.ext`. Empty: anything. */
export function accepts(list: readonly string[], file: Pick<FileEntry, 'name' | 'type'>): boolean {
  if (list.length === 0) return true;
  const type = file.type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const extension = extensionOf(file.name);
  return list.some((entry) => {
    const rule = entry.trim().toLowerCase();
    if (rule.startsWith('.')) return rule === extension;
    if (rule === '*/*') return true;
    return rule.endsWith('/*') ? type.startsWith(rule.slice(0, -1)) : rule === type;
  });
}
