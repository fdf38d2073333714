/** Gives pasted pictures names that tell them apart. */
import type { FoundFile } from './found.ts';

/** What browsers call a picture that comes from no file, such as a screenshot. */
const NAMELESS = /^(image)(\.\w+)$/;

/** The files, those without a name of their own as `image.png`, `image-2.png` and so on. */
export function tellApart(
  found: readonly FoundFile[],
  names: Iterable<string>,
): readonly FoundFile[] {
  const taken = new Set(names);
  return found.map((item) => {
    const { file, handle } = item;
    const [name, stem, extension] = NAMELESS.exec(file?.name ?? '') ?? [];
    // A file with a handle was copied in a file manager: the name is its own.
    if (!file || name === undefined || handle) return item;
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${stem}-${count}${extension}`;
    taken.add(free);
    const { type, lastModified } = file;
    return free === name ? item : { ...item, file: new File([file], free, { type, lastModified }) };
  });
}
