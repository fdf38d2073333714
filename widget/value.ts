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
export function entriesOf(
  uploads: readonly UploadSnapshot[],
  format: ValueFormat | undefined,
): string[] {
  return uploads
    .filter(({ status }) => status === 'done')
    .map(({ id, key = id, name, bytes, type, result }) => {
      if (format === 'json') return JSON.stringify(result ?? { id, key, name, bytes, type });
      return format === 'key' ? key : id;
    });
}

/** The row of an upload that was finished before: of an entry in `json`, of an id, or of a key. */
export function finished(value: FinishedUpload | string): UploadSnapshot {
  const upload =
    typeof value !== 'string'
      ? value
      : value.startsWith('{')
        ? (JSON.parse(value) as FinishedUpload)
        : { id: value };
  const { id, key = id, bytes = 0 } = upload;
  return Object.freeze({
    name: key.replace(/.*\//, ''),
    type: '',
    key,
    ...upload,
    bytes,
    status: 'done',
    loaded: bytes,
    sent: bytes,
    resumed: false,
    relayed: false,
    ...('etag' in upload && { result: upload as NonNullable<UploadSnapshot['result']> }),
  });
}
