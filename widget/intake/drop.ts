/** Turns a drop or a paste into a flat list of files, with the contents of its folders. */
import type { FoundFile } from './found.ts';
import type { loadWalk } from './load-walk.ts';

export interface DropOptions {
  /** Loads the code that reads folders. */
  readonly loadWalk: typeof loadWalk;
  /** Whether handles are wanted: the browser tells its user that the page has them. */
  readonly keepsHandles: () => boolean;
}

interface Item extends DataTransferItem {
  /** Chromium only: https://wicg.github.io/file-system-access/#drag-and-drop */
  getAsFileSystemHandle?(): Promise<FileSystemFileHandle | null>;
}

/**
 * Reads a DataTransfer. Call it within its event: the items are gone afterwards, so all of them are
 * taken before anything is awaited.
 */
export async function filesOf(
  transfer: DataTransfer,
  { loadWalk, keepsHandles }: DropOptions,
): Promise<FoundFile[]> {
  const reads = [...transfer.items].map(async (item: Item): Promise<FoundFile[]> => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) {
      return loadWalk().then(
        ({ walk }) => walk(entry),
        () => [{ path: entry.name }],
      );
    }
    if (!file) return [];
    // Not for folders: for some, such as Downloads, Chromium would show a warning.
    const handle = keepsHandles() ? await item.getAsFileSystemHandle?.().catch(() => null) : null;
    return [handle ? { file, handle } : { file }];
  });
  return (await Promise.all(reads)).flat();
}
