/** Decides which of the found files are handed to the uploader. */
import {
  UploadError,
  isUploadId,
  type FileWithPath,
  type Rejection,
  type Totals,
  type UploadErrorCode,
} from '../../core/index.ts';
import type { FoundFile } from '../../intake/found.ts';

/** How many more files may come: failed ones are not counted. */
export function roomIn(
  { isMany, maxFiles = Infinity }: Pick<Capacity, 'isMany' | 'maxFiles'>,
  { files, failed }: Totals,
): number {
  return isMany ? Math.max(0, maxFiles - files + failed) : Infinity;
}

/** What the control holds already, as far as the uploader does not know it. */
export interface Capacity {
  /** The control takes more than one file. */
  readonly isMany: boolean;
  readonly maxFiles: number | undefined;
  /** How many more files may come; `Infinity` if the uploader decides. */
  readonly room: number;
}

/**
 * Sorts found files into those that may be uploaded and those that are refused. The uploader applies
 * the page's and the Worker's limits later.
 */
export function admit(
  found: readonly FoundFile[],
  { isMany, maxFiles, room }: Capacity,
): { readonly files: readonly FileWithPath[]; readonly refused: readonly Rejection[] } {
  const usable = found.filter(({ file, id }) => file && isIdOrAbsent(id));
  const files: FileWithPath[] = [];
  const refused: Rejection[] = [];
  for (const item of found) {
    const { file, path = '', id } = item;
    if (!file) {
      refused.push(refusal(new File([], path), 'file_unreadable'));
    } else if (!isIdOrAbsent(id)) {
      refused.push(refusal(file, 'invalid_request', { why: 'the id of an upload must be a UUID' }));
    } else if (!isMany && usable.length > 1) {
      refused.push(refusal(file, 'too_many_files', { limit: 1 }));
    } else if (files.length >= room) {
      refused.push(refusal(file, 'too_many_files', { limit: maxFiles }));
    } else {
      files.push({ ...item, file });
    }
  }
  return { files, refused };
}

function isIdOrAbsent(id: string | undefined): boolean {
  return id === undefined || isUploadId(id);
}

function refusal(
  file: File,
  code: UploadErrorCode,
  { limit, why = code }: { readonly limit?: number | undefined; readonly why?: string } = {},
): Rejection {
  const { name } = file;
  return { file, error: new UploadError(code, `${name}: ${why}`, { fileName: name, limit }) };
}
