/** Reads the file of an interrupted upload again, by the handle that the journal has kept. */
import { UploadError, type Interrupted, type UploadErrorCode } from '../../../core/index.ts';

/** What handles can do in Chromium only: https://wicg.github.io/file-system-access/#permissions */
interface GuardedHandle extends FileSystemFileHandle {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

export type ReadResult =
  | { readonly kind: 'read'; readonly file: File }
  /** `canRetry`: the user may be asked again. Otherwise the file has to be chosen. */
  | { readonly kind: 'refused'; readonly error: UploadError; readonly canRetry: boolean };

/**
 * Reads the file as the upload left it. Call it in a click: the browser may have to ask the user. If parts
 * have checksums (`areCompared`), the date may differ, because what has changed is sent again.
 */
export async function readAgain(upload: Interrupted, areCompared: boolean): Promise<ReadResult> {
  const { name, bytes, lastModified } = upload;
  const handle: GuardedHandle | undefined = upload.handle;
  const mode = { mode: 'read' } as const;
  const refused = (code: UploadErrorCode, canRetry: boolean, cause?: unknown): ReadResult => ({
    kind: 'refused',
    error: new UploadError(code, `${name}: ${code}`, { fileName: name, cause }),
    canRetry,
  });
  try {
    let permission = await handle?.queryPermission?.(mode);
    if (permission === 'prompt') permission = await handle?.requestPermission?.(mode);
    // The user has closed the browser's question without an answer.
    if (permission === 'prompt') return refused('file_not_allowed', true);
    const file = await handle?.getFile();
    const isSame = file?.size === bytes && (areCompared || file.lastModified === lastModified);
    return isSame ? { kind: 'read', file } : refused('file_changed', false);
  } catch (cause) {
    const code = NOT_ALLOWED.has((cause as Error).name) ? 'file_not_allowed' : 'file_unreadable';
    return refused(code, false, cause);
  }
}

/** Names of the errors that a browser throws for a file that the page is not allowed to read. */
const NOT_ALLOWED: ReadonlySet<string> = new Set(['NotAllowedError', 'SecurityError']);
