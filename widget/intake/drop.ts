/** What a drop or a paste holds, folders opened, as a flat list. */
import type { walk } from './folder.ts';

/** A file, or the path of one that could not be read. */
export interface Found {
  readonly file?: File;
  /** Path inside the folder that it came with. */
  readonly path?: string | undefined;
  /** The unfinished upload that the file continues. */
  readonly id?: string | undefined;
  /** Where the file lies, if the browser tells. */
  readonly handle?: FileSystemFileHandle | undefined;
}

export interface DropOptions {
  /** Opens folders; loaded when there is one. */
  readonly loadWalk: () => Promise<{ readonly walk: typeof walk }>;
  /** Handles are of use: the browser tells its user that the page has them. */
  readonly keepsHandles: () => boolean;
}

interface Item extends DataTransferItem {
  /** In Chromium alone: https://wicg.github.io/file-system-access/#drag-and-drop */
  getAsFileSystemHandle?(): Promise<FileSystemFileHandle | null>;
}

/**
 * Reads a DataTransfer. Must be called within its event: the items are gone afterwards, so all of
 * them are taken before anything is awaited.
 */
export async function filesOf(
  transfer: DataTransfer,
  { loadWalk, keepsHandles }: DropOptions,
): Promise<Found[]> {
  const taken = [...transfer.items].map(async (item: Item): Promise<Found[]> => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) {
      return loadWalk().then(
        ({ walk }) => walk(entry),
        () => [{ path: entry.name }],
      );
    }
    if (!file) return [];
    // Not that of a folder: for some, such as Downloads, Chromium would put up a warning.
    const handle = keepsHandles() && (await item.getAsFileSystemHandle?.().catch(() => null));
    return [{ file, ...(handle && { handle }) }];
  });
  return (await Promise.all(taken)).flat();
}
