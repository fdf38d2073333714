/** Tells of everything that is saved below a folder. */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

interface Watched {
  /** Another one means that the folder was replaced by a new one of the same name. */
  readonly inode: number;
  readonly watcher: FSWatcher;
}

/**
 * Calls `onSave` for each change of a file or a folder below `folder`. Each folder is watched by
 * itself: Node.js 24 on Linux watches files where it is asked for a whole tree, and no longer hears of
 * a file that an editor has replaced by a new one.
 *
 * @returns stops watching.
 */
export function watchFolder(folder: string, onSave: () => void): () => void {
  const all = new Map<string, Watched>();
  const look = (): void => {
    const inodes = inodesBelow(folder);
    for (const [path, { inode, watcher }] of all) {
      if (inodes.get(path) === inode) continue;
      watcher.close();
      all.delete(path);
    }
    for (const [path, inode] of inodes) {
      if (all.has(path)) continue;
      try {
        all.set(path, { inode, watcher: watchOne(path) });
      } catch {
        // Removed meanwhile.
      }
    }
  };
  const watchOne = (path: string): FSWatcher => {
    const watcher = watch(path, () => {
      look();
      onSave();
    });
    // The folder is gone, which its parent tells of.
    return watcher.on('error', () => watcher.close());
  };
  look();
  return () => {
    for (const { watcher } of all.values()) watcher.close();
  };
}

/** The folder and all folders in it, each with its inode. */
function inodesBelow(folder: string): ReadonlyMap<string, number> {
  const inodes = new Map<string, number>();
  const pending = [folder];
  for (const path of pending) {
    try {
      inodes.set(path, statSync(path).ino);
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isDirectory()) pending.push(join(path, entry.name));
      }
    } catch {
      // Removed meanwhile.
      inodes.delete(path);
    }
  }
  return inodes;
}
