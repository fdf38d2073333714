/** What the control gives to its form, and accepts back from the page. */
import type { UploadSnapshot } from '../core/index.ts';
import { isUploadId } from '../core/index.ts';

/** What each entry of the form holds. */
export type ValueFormat = 'id' | 'key' | 'json';

/** A finished upload as a page may hand it back, for example after its server has refused a form. */
export interface FinishedUpload {
  /** The upload's UUID. */
  readonly id: string;
  readonly key?: string;
  readonly name?: string;
  readonly bytes?: number;
  readonly type?: string;
}

/** What `value` can be set to. Frameworks also set it to `null` or `undefined`: both mean empty. */
export type Value = Iterable<FinishedUpload | string> | string | null | undefined;

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

/** True if a page sets the entries that are there: controlled components do so with every drawing. */
export function isSameList(value: unknown, entries: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.length === entries.length &&
    entries.every((entry, index) => entry === value[index])
  );
}

/**
 * Snapshots of uploads that were finished earlier. What is known of those that are present, such as
 * name and size, is kept. Never throws: whatever is not a finished upload is left out and handed to
 * `onInvalid`.
 */
export function uploadsOf(
  value: unknown,
  format: ValueFormat | undefined,
  present: readonly UploadSnapshot[] = [],
  onInvalid: (entry: unknown) => void = () => undefined,
): readonly UploadSnapshot[] {
  const uploads = new Map<string, UploadSnapshot>();
  const known = new Map<unknown, UploadSnapshot>();
  for (const upload of present) {
    const { id, key = id, status } = upload;
    if (status === 'done') known.set(key, upload).set(id, upload);
  }
  for (const [index, entry] of listOf(value, onInvalid).entries()) {
    const upload = known.get(entry) ?? uploadOf(entry, format, index);
    if (!upload) onInvalid(entry);
    else if (!uploads.has(upload.id)) uploads.set(upload.id, upload);
  }
  return [...uploads.values()];
}

/** The uploads of a form state that this element gave to the browser; none if it is not one. */
export function restoredFrom(state: string): readonly UploadSnapshot[] {
  return uploadsOf(parse(state), 'json');
}

/** Reports an entry that is left out of a value to the console. */
export function reportInvalid(entry: unknown): void {
  reportError(
    new TypeError(`<s3-upload>.value: not a finished upload with a UUID: ${jsonOf(entry)}`),
  );
}

function listOf(value: unknown, onInvalid: (entry: unknown) => void): readonly unknown[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value === 'string') return [value];
  if (typeof value === 'object' && Symbol.iterator in value) {
    try {
      return [...(value as Iterable<unknown>)];
    } catch {
      // Reported below, with everything else that is not a list.
    }
  }
  onInvalid(value);
  return [];
}

/** An entry in any of the three formats, or an object such as `result`. */
function uploadOf(
  entry: unknown,
  format: ValueFormat | undefined,
  index: number,
): UploadSnapshot | undefined {
  if (isUploadId(entry)) return snapshotOf({ id: entry });
  if (typeof entry !== 'string') return snapshotOf(parse(jsonOf(entry)));
  if (entry.startsWith('{')) return snapshotOf(parse(entry));
  if (format !== 'key' || !entry) return undefined;
  // A key need not contain the upload's id. Then the row gets one that no request is made from.
  return snapshotOf({ id: uploadIdIn(entry), key: entry }, `key-${index}`);
}

/** The first UUID among the segments of a key, where `KEY_TEMPLATE` has put the upload's id. */
function uploadIdIn(key: string): string | undefined {
  return key.split('/').find(isUploadId);
}

function snapshotOf(entry: unknown, localId?: string): UploadSnapshot | undefined {
  const fields = Object(entry) as Record<string, unknown>;
  const id = isUploadId(fields['id']) ? fields['id'] : localId;
  if (id === undefined) return undefined;
  const key = textOf(fields['key']) ?? id;
  const bytes = Number.isSafeInteger(fields['bytes']) ? Math.max(0, Number(fields['bytes'])) : 0;
  const name = textOf(fields['name']) ?? key.replace(/.*\//, '');
  const type = textOf(fields['type']) ?? '';
  const upload = { id, key, name, bytes, type };
  return Object.freeze({
    ...upload,
    status: 'done',
    loaded: bytes,
    sent: bytes,
    pending: 0,
    resumed: false,
    restarts: 0,
    relayed: false,
    ...(textOf(fields['etag']) !== undefined && {
      result: { ...fields, ...upload } as unknown as NonNullable<UploadSnapshot['result']>,
    }),
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The entry as JSON; a circle, a BigInt or a getter that throws is only named. */
function jsonOf(entry: unknown): string {
  try {
    return JSON.stringify(entry) ?? typeof entry;
  } catch {
    return `[${typeof entry}]`;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
