/** How long each file of tests took when it last ran, kept in `dist/test-times/`. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './imports.ts';

const FOLDER = 'dist/test-times';

/** Keeps the time of one file, whose path may be absolute. */
export function keepTime(file: string, ms: number): void {
  const path = relative(ROOT, join(ROOT, relative(ROOT, file)));
  mkdirSync(join(ROOT, FOLDER), { recursive: true });
  writeFileSync(
    join(ROOT, FOLDER, `${path.replaceAll('/', '+')}.json`),
    JSON.stringify({ file: path, seconds: Math.round(ms) / 1000 }),
  );
}

/** Seconds by file. */
export function keptTimes(): ReadonlyMap<string, number> {
  const files = globSync(`${FOLDER}/*.json`, { cwd: ROOT });
  return new Map(
    files.map((name) => {
      const text = readFileSync(join(ROOT, name), 'utf8');
      const { file, seconds } = JSON.parse(text) as { file: string; seconds: number };
      return [file, seconds];
    }),
  );
}
