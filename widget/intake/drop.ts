/** What a drop or a paste holds, folders opened, as a flat list. */

/** A file, or the path of one that could not be read. */
export interface Found {
  readonly file?: File;
  /** Path inside the folder that it came with. */
  readonly path?: string | undefined;
}

/** What systems leave in folders and nobody means to upload. */
const LITTER = /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/**
 * Reads a DataTransfer. Must be called within its event: the items are gone afterwards, so all of
 * them are taken before anything is awaited.
 */
export async function filesOf(transfer: DataTransfer): Promise<Found[]> {
  const taken = [...transfer.items].map((item) => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    return entry?.isDirectory ? walk(entry) : file ? [{ file }] : [];
  });
  return (await Promise.all(taken)).flat();
}

async function walk(entry: FileSystemEntry): Promise<Found[]> {
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
      const wanted = entries.filter(({ name }) => !LITTER.test(name));
      found = found.concat(...(await Promise.all(wanted.map(walk))));
    }
  } catch {
    return [...found, { path }];
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
