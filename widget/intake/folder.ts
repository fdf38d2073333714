/** Reads everything in a dropped folder, at all depths. */
import type { FoundFile } from './found.ts';
import { isJunk } from './junk.ts';

/** Never rejects: a file that cannot be read is found as a path without a file. */
export async function walk(entry: FileSystemEntry): Promise<FoundFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  let files: FoundFile[] = [];
  try {
    if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }];
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // Chromium returns at most 100 entries for each call; an empty answer is the end.
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (entries.length === 0) return files;
      const wanted = entries.filter(({ name }) => !isJunk(name));
      files = files.concat(...(await Promise.all(wanted.map(walk))));
    }
  } catch {
    return [...files, { path }];
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
