import type { FileWithPath, UploaderLike, UploadSnapshot } from '../../core/index.ts';

/** A file whose upload was interrupted when the element was removed from the page. */
export interface Suspended extends FileWithPath {
  readonly isPaused: boolean;
}

/** The file of an upload, in a list of one; none if there is nothing to continue. */
export function suspended({ file, path, status }: UploadSnapshot): readonly Suspended[] {
  if (!file || status === 'done' || status === 'cancelled') return [];
  return [{ file, isPaused: status === 'paused', ...(path && { path }) }];
}

/** Continues the uploads that the removal of the element has interrupted; those that were paused stay so. */
export function continueSuspended(
  files: readonly Suspended[],
  uploader: Pick<UploaderLike, 'add'>,
  pause: (id: string) => void,
): void {
  const { uploads } = uploader.add(files);
  for (const { id, file } of uploads) {
    if (files.some((added) => added.file === file && added.isPaused)) pause(id);
  }
}
