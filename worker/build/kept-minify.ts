/** Terser takes nearly all of the time of a build, so what it made is kept for the next one. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify as minifyAnew, type MinifyOptions, type MinifyOutput } from 'terser';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/s3-upload', import.meta.url));
/** Results that are kept: those of some ten builds. */
const MAX_KEPT = 400;
const { version } = createRequire(import.meta.url)('terser/package.json') as { version: string };

/**
 * Terser's `minify`. The same code with the same options and the same version of Terser is minified
 * once, also by several builds that run side by side.
 *
 * @param folder where results are kept; they can be deleted at any time.
 */
export async function minify(
  code: string,
  options: MinifyOptions,
  folder = FOLDER,
): Promise<MinifyOutput> {
  const hash = createHash('sha256').update(JSON.stringify([version, options, code]));
  const file = join(folder, `${hash.digest('hex')}.json`);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as MinifyOutput;
  } catch {
    const output = await minifyAnew(code, options);
    await keep(folder, file, JSON.stringify(output));
    return output;
  }
}

/** Writes the file whole or not at all, and drops the oldest results beyond the limit. */
async function keep(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const part = `${file}.${randomUUID()}`;
  await writeFile(part, text);
  await rename(part, file);
  const files = (await readdir(folder)).map((name) => join(folder, name));
  if (files.length <= MAX_KEPT) return;
  const aged = await Promise.all(
    files.map(async (path) => ({
      path,
      at: await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  aged.sort((one, other) => other.at - one.at);
  await Promise.all(aged.slice(MAX_KEPT).map(({ path }) => rm(path, { force: true })));
}
