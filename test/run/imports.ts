/** Which file imports which, read from the sources. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One import; paths of this project's files are relative to its root. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** `import()`: it is loaded later. */
  readonly isLazy: boolean;
}

/** Static imports, types included, lazy ones, and what is bundled by its URL; a group for each syntax. */
const SPECIFIER =
  /(?:^|\n)(?:import|export)\b[^;'"]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|\bnew URL\('(\.[^']+\.ts)', import\.meta\.url\)/g;

/** The imports of all files that match the pattern. */
export function importsOf(pattern: string): {
  readonly files: readonly string[];
  readonly imports: readonly Import[];
} {
  const exclude = ['**/node_modules/**'];
  const files = globSync(pattern, { cwd: ROOT, exclude }).sort();
  return { files, imports: files.flatMap(importsIn) };
}

function importsIn(from: string): Import[] {
  return [...readFileSync(join(ROOT, from), 'utf8').matchAll(SPECIFIER)].map(
    ([, first, second, lazy, url]) => {
      const specifier = first ?? second ?? lazy ?? url ?? '';
      const to = specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier;
      return { from, to, isLazy: (lazy ?? url) !== undefined };
    },
  );
}

/**
 * All files that import one of these, with the number of imports in between: 0 for the files
 * themselves, 1 for those that import one of them.
 */
export function dependentsOf(
  changed: readonly string[],
  imports: readonly Pick<Import, 'from' | 'to'>[],
): ReadonlyMap<string, number> {
  const importers = new Map<string, string[]>();
  for (const { from, to } of imports) importers.set(to, [...(importers.get(to) ?? []), from]);
  const distances = new Map(changed.map((file) => [file, 0]));
  // A map that grows while it is iterated is a queue: nearest first.
  for (const [file, distance] of distances) {
    for (const importer of importers.get(file) ?? []) {
      if (!distances.has(importer)) distances.set(importer, distance + 1);
    }
  }
  return distances;
}
