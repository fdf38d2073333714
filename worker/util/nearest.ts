/** Finds the name that somebody probably meant. */

/** More typing errors than this, and it is another word. */
const MAX_DISTANCE = 3;

/**
 * The name that differs from `wrong` by the fewest typed characters. Undefined if none is near: at most
 * `maxDistance` characters, and fewer than half of the word.
 */
export function nearest(
  wrong: string,
  names: readonly string[],
  maxDistance = MAX_DISTANCE,
): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: distanceBetween(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= maxDistance && distance * 2 < name.length)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** Levenshtein's distance: insertions, deletions and replacements that make one text the other. */
function distanceBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
