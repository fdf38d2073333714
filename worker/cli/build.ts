/**
 * Builds what the Worker serves as static assets (`dist/page`): the one-file bundle of the element
 * and the page that shows it. With `--lib` also the package's modules and types (`dist`).
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { build as bundle, type BuildOptions } from 'esbuild';
import { openApiDocument } from '../openapi.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}dist/page`;

/** English is in the bundle; these are files beside it, for pages that speak them. */
const LANGUAGES = ['ar', 'de', 'es', 'fr', 'ja'];

/** How everything that ships to a page is bundled; the byte budgets are taken with the same. */
export const PAGE_BUNDLE = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['production'],
  legalComments: 'none',
  absWorkingDir: ROOT,
} satisfies BuildOptions;

/** Writes `dist/page`. */
export async function buildPage(): Promise<void> {
  await mkdir(PAGE, { recursive: true });
  await Promise.all([
    bundle({
      ...PAGE_BUNDLE,
      entryPoints: {
        's3-upload': 'widget/index.ts',
        page: 'worker/page/page.ts',
        ...Object.fromEntries(LANGUAGES.map((tag) => [`i18n/${tag}`, `widget/i18n/${tag}.ts`])),
      },
      // The page's own script loads the element from its public address, as any other page would.
      external: ['/s3-upload.js'],
      outdir: PAGE,
      sourcemap: 'linked',
    }),
    cp(`${ROOT}worker/page/index.html`, `${PAGE}/index.html`),
    cp(`${ROOT}worker/page/page.css`, `${PAGE}/page.css`),
    cp(`${ROOT}worker/page/_headers`, `${PAGE}/_headers`),
    writeOpenApi(),
  ]);
}

/** The contract, from the schemas that check requests. */
async function writeOpenApi(): Promise<void> {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
    version: string;
  };
  await writeFile(`${PAGE}/openapi.json`, JSON.stringify(openApiDocument(version)));
}

/** Writes the package: unbundled modules with their types, as `exports` in package.json names them. */
async function buildLibrary(): Promise<void> {
  for (const half of ['widget', 'worker']) {
    await rm(`${ROOT}dist/${half}`, { recursive: true, force: true });
  }
  for (const project of ['widget', 'worker']) {
    const config = `${ROOT}dist/tsconfig.${project}.json`;
    await writeFile(
      config,
      JSON.stringify({
        extends: `../${project}/tsconfig.json`,
        compilerOptions: {
          noEmit: false,
          declaration: true,
          rootDir: '..',
          outDir: '.',
        },
        include: [`../${project}/**/*.ts`],
        exclude: ['../worker/cli', '../worker/page'],
      }),
    );
    execFileSync('tsc', ['-p', config], { stdio: 'inherit', cwd: ROOT });
    await rm(config);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage();
  if (process.argv.includes('--lib')) await buildLibrary();
}
