/**
 * The script tags in docs/script-tag.md, with the integrity of the bundles that this checkout builds.
 * `npm run docs` writes them; a test compares them with the files in the package.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { bundle } from '../../worker/build/build.ts';
import { classicScript } from '../../worker/build/classic-script.ts';

const PAGE = new URL('../../docs/script-tag.md', import.meta.url);
const MANIFEST = new URL('../../package.json', import.meta.url);

/** The files that hold all of the element, and how a page says what kind of script each is. */
const ONE_FILE_SCRIPTS = [
  { file: 's3-upload.all.js', title: 'As a module', type: 'type="module"' },
  { file: 's3-upload.classic.js', title: 'As a classic script', type: 'defer' },
] as const;

type OneFileScript = (typeof ONE_FILE_SCRIPTS)[number]['file'];

/** The value of the attribute `integrity` for a file with this content. */
export function integrityOf(content: string | Buffer): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}

/** The page as it is. */
export function scriptTagPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with the tags of these files. */
export function withScriptTags(contents: Readonly<Record<OneFileScript, string | Buffer>>): string {
  const { name: packageName, version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  const snippets = ONE_FILE_SCRIPTS.map(
    ({ file, title, type }) => `${title}:

\`\`\`html
<script
  ${type}
  src="https://cdn.jsdelivr.net/npm/${packageName}@${version}/dist/page/${file}"
  integrity="${integrityOf(contents[file])}"
  crossorigin="anonymous"
></script>
<s3-upload endpoint="https://uploads.example.com"></s3-upload>
\`\`\`
`,
  );
  return scriptTagPage().replace(
    /(<!-- snippets -->\n)[^]*?(<!-- \/snippets -->)/,
    (_, open: string, close: string) => `${open}\n${snippets.join('\n')}\n${close}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [module] = await bundle('s3-upload.all', 'widget/index.ts', { isWhole: true });
  if (!module) throw new Error('The build of the element has no output.');
  const classic = await classicScript(module, 's3-upload.classic.js');
  const contents = { 's3-upload.all.js': module.code, 's3-upload.classic.js': classic.code };
  writeFileSync(PAGE, withScriptTags(contents));
}
