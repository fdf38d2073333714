/** Licence texts of the packages whose code is in a bundle. */
import { readdir, readFile } from 'node:fs/promises';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** `…/node_modules/NAME/` of the innermost package that a module belongs to. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;
const TEXT_FILE = /^(licen[cs]e|notice|copying)(\.\w+)?$/i;
const RULE = `\n\n${'-'.repeat(80)}\n\n`;

/**
 * The text to lie beside a bundle.
 *
 * @param bundled - what the text is for, such as `s3-upload.js`; becomes part of the first line
 * @param modules - absolute paths of the modules that the bundler put into it
 * @throws Error if a package ships no licence text: it must not be bundled.
 */
export async function licenseTexts(bundled: string, modules: Iterable<string>): Promise<string> {
  const folders = packageFolders(modules);
  const entries = await Promise.all(folders.map(licenseOf));
  return [`Third-party software in ${bundled}`, ...entries].join(RULE) + '\n';
}

/** The folders of the packages that these modules belong to, in order. */
export function packageFolders(modules: Iterable<string>): readonly string[] {
  const folders = new Set<string>();
  for (const module of modules) {
    const folder = PACKAGE_FOLDER.exec(module.replaceAll('\\', '/'))?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

async function licenseOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(`${folder}package.json`, 'utf8')) as Manifest;
  const { name, version, license = 'see below' } = manifest;
  const files = (await readdir(folder)).filter((file) => TEXT_FILE.test(file)).sort();
  if (files.length === 0) {
    throw new Error(`${name} ${version} is bundled, but its package holds no licence text.`);
  }
  const texts = await Promise.all(files.map((file) => readFile(folder + file, 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
}
