/** Builds again whenever a file of some folders is saved. */
import { watchFolder } from './watch-folder.ts';

/** Editors save a file in several steps, and several files at once. */
const SETTLED_MS = 100;

/**
 * Calls `build` after each save below the folders: once for files that are saved together, and once
 * more for what is saved while it builds. A build that fails is reported, and the next save is
 * built all the same.
 *
 * @param report is told of each build that has ended, with its error if it failed.
 * @returns stops watching.
 */
export function rebuildOnSave(
  folders: readonly string[],
  build: () => Promise<void>,
  report: (error?: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isBuilding = false;
  let isStale = false;
  const run = async (): Promise<void> => {
    if (isBuilding) {
      isStale = true;
      return;
    }
    isBuilding = true;
    try {
      do {
        isStale = false;
        await build().then(() => report(), report);
      } while (isStale);
    } finally {
      isBuilding = false;
    }
  };
  const stops = folders.map((folder) =>
    watchFolder(folder, () => {
      clearTimeout(timer);
      timer = setTimeout(() => void run(), SETTLED_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
