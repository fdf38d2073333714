/** What a drop or a paste holds, folders opened, as a flat list of files with their paths. */
import type { FileWithPath } from '../core/types.ts';

/** What was found, and the paths of what could not be read. */
export interface Found {
  readonly files: readonly FileWithPath[];
  readonly unreadable: readonly string[];
}

/** Files that systems leave in folders and nobody means to upload. */
const LITTER = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

/**
 * Reads a DataTransfer. Must be called within its event: the items are gone afterwards, so all
 * entries are taken before anything is awaited.
 */
export function filesOf(transfer: DataTransfer): { hasFolder: boolean; read(): Promise<Found> } {
  const taken = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const loose = taken.length === 0 ? [...transfer.files] : [];
  return {
    hasFolder: taken.some(({ entry }) => entry?.isDirectory),
    async read() {
      const files: FileWithPath[] = loose.map((file) => ({ file }));
      const unreadable: string[] = [];
      for (const { entry, file } of taken) {
        if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, files, unreadable);
        else if (file) files.push({ file });
      }
      return { files, unreadable };
    },
  };
}

/** Opens folder after folder, without recursion: some are deep. */
async function walk(
  top: FileSystemDirectoryEntry,
  files: FileWithPath[],
  unreadable: string[],
): Promise<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const reader = folder.createReader();
    const below: FileSystemDirectoryEntry[] = [];
    try {
      // Chromium gives at most 100 entries a call; the end is an empty answer.
      for (let entries = await read(reader); entries.length > 0; entries = await read(reader)) {
        const wanted = entries.filter(({ name }) => !LITTER.has(name));
        below.push(...wanted.filter((entry) => entry.isDirectory).map((e) => e as typeof top));
        const found = wanted.filter((entry) => entry.isFile) as FileSystemFileEntry[];
        for (const item of await Promise.all(found.map(fileOf))) {
          if (typeof item === 'string') unreadable.push(item);
          else files.push(item);
        }
      }
    } catch {
      unreadable.push(pathOf(folder));
    }
    folders.push(...below.reverse());
  }
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

/** The file, or the path of one that cannot be read. */
function fileOf(entry: FileSystemFileEntry): Promise<FileWithPath | string> {
  const path = pathOf(entry);
  return new Promise((resolve) =>
    entry.file(
      (file) => resolve({ file, path }),
      () => resolve(path),
    ),
  );
}

function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\//, '');
}
