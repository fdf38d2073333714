/**
 * Writes the version of this package into the examples, which people copy. `npm run docs` runs it;
 * the examples' tests compare.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

const ROOT = new URL('../../', import.meta.url);

/** The folders of the examples, by name. */
export const EXAMPLES: readonly string[] = readdirSync(new URL('examples/', ROOT), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Of this package, as the examples ask for it: `^1.2.3`. */
export function currentRange(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    readonly version: string;
  };
  return `^${version}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const example of EXAMPLES) {
    const file = new URL(`examples/${example}/package.json`, ROOT);
    const manifest = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      manifest.replace(/("s3-upload-element": )"[^"]*"/, `$1"${currentRange()}"`),
    );
  }
}
