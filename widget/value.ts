/** What the control gives to its form, and takes back from it. */
import type { UploadSnapshot } from './core/types.ts';

/** What each entry of the form holds. */
export type ValueFormat = 'id' | 'key' | 'json';

/** A finished upload as a page may hand it back, for example after its server has refused a form. */
export interface FinishedUpload {
  readonly id: string;
  readonly key?: string;
  readonly name?: string;
  readonly bytes?: number;
  readonly type?: string;
}

/** One string per finished upload, in the order in which they are shown. */
export function entriesOf(uploads: readonly UploadSnapshot[], format: ValueFormat): string[] {
  return uploads.filter(({ status }) => status === 'done').map((upload) => entryOf(upload, format));
}

function entryOf(upload: UploadSnapshot, format: ValueFormat): string {
  const { id, name, bytes, type } = upload;
  const key = upload.key ?? upload.result?.key;
  if (format === 'json') return JSON.stringify(upload.result ?? { id, key, name, bytes, type });
  return format === 'key' ? (key ?? id) : id;
}

/** The row of an upload that was finished before: its file is not needed any more. */
export function finished(value: FinishedUpload | string): UploadSnapshot {
  const upload = typeof value === 'string' ? parsed(value) : value;
  const { id, key, bytes = 0, type = '' } = upload;
  const name = upload.name ?? (key ?? id).split('/').pop() ?? id;
  return Object.freeze({
    id,
    name,
    bytes,
    type,
    status: 'done',
    loaded: bytes,
    sent: bytes,
    resumed: false,
    ...(key !== undefined && { key }),
    ...(isResult(upload) && { result: upload }),
  });
}

/** An entry of the `json` format, or an id, or a key. */
function parsed(entry: string): FinishedUpload {
  return entry.startsWith('{')
    ? (JSON.parse(entry) as FinishedUpload)
    : { id: entry, ...(entry.includes('/') && { key: entry }) };
}

function isResult(upload: FinishedUpload): upload is NonNullable<UploadSnapshot['result']> {
  return 'etag' in upload && 'completedAt' in upload;
}
