/** What is in a dropped folder, all the way down. */
import type { Found } from './drop.ts';
import { isLitter } from './litter.ts';

/** Never rejects: what cannot be read is found without a file. */
export async function walk(entry: FileSystemEntry): Promise<Found[]> {
  const path = entry.fullPath.replace(/^\//, '');
  let found: Found[] = [];
  try {
    if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }];
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // Chromium gives at most 100 entries a call; the end is an empty answer.
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (entries.length === 0) return found;
      const wanted = entries.filter(({ name }) => !isLitter(name));
      found = found.concat(...(await Promise.all(wanted.map(walk))));
    }
  } catch {
    return [...found, { path }];
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
