/**
 * Builds what the Worker serves as static assets (`dist/page`): the element's bundle and the page
 * that shows it. With `--lib` also the package's modules and types (`dist`).
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { build as esbuild } from 'esbuild';
import { rolldown, type OutputChunk, type OutputOptions } from 'rolldown';
import { openApiDocument } from '../protocol/openapi.ts';
import { classicScript } from './classic-script.ts';
import { htmlData, webTypes, type PackageFields } from './editor-data.ts';
import { frameworkTypes } from './framework-types.ts';
import { joinDoors } from './join-doors.ts';
import { licenseTexts, packageFolders } from './licenses.ts';
import { trimLit, minifyCode, minifyTemplates } from './minify.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}dist/page`;
/** Beside the page's bundles, and served with them. */
const PAGE_LICENSES = 's3-upload.licenses.txt';
const WORKER_LICENSES = `${ROOT}dist/worker.licenses.txt`;

/** Not for the Workers runtime. */
const EXCLUDED = ['worker/build', 'worker/cli', 'worker/node', 'worker/page'];

/** English is in the bundle; the others are files beside it, for pages that speak them. */
const LANGUAGES = (await readdir(`${ROOT}widget/i18n/languages`)).map((file) =>
  file.replace('.ts', ''),
);

const ELEMENT = 'widget/index.ts';
/** For pages without modules. */
const CLASSIC = 's3-upload.classic.js';
/** The button, the zone and the list on their own. */
const PIECES = 'widget/pieces/index.ts';
/** What the element loads together: the first file needs all of it. */
const FIRST_FILE = ['widget/view/rows/index.ts', 'widget/core/schedule/scheduler.ts'];

/** Writes `dist/page`. */
export async function buildPage(): Promise<void> {
  await mkdir(PAGE, { recursive: true });
  const old = (await readdir(PAGE)).filter((name) => /^s3-upload-.*\.js/.test(name));
  await Promise.all(old.map((name) => rm(`${PAGE}/${name}`)));
  await Promise.all([
    bundlePage(),
    writeWorkerLicenses(),
    cp(`${ROOT}worker/page/index.html`, `${PAGE}/index.html`),
    cp(`${ROOT}worker/page/page.css`, `${PAGE}/page.css`),
    cp(`${ROOT}worker/page/_headers`, `${PAGE}/_headers`),
    writeOpenApi(),
  ]);
}

/** The page's bundles, and the licence texts of everything in them. */
async function bundlePage(): Promise<void> {
  const bundles = await Promise.all([
    bundle('s3-upload', ELEMENT, { dir: PAGE }),
    bundleWhole(),
    bundle('s3-upload.pieces', PIECES, { dir: PAGE }),
    bundle('page', 'worker/page/page.ts', { dir: PAGE }),
    ...LANGUAGES.map((tag) =>
      bundle(`i18n/${tag}`, `widget/i18n/languages/${tag}.ts`, { dir: PAGE }),
    ),
  ]);
  const modules = bundles.flat().flatMap(({ moduleIds }) => moduleIds);
  await writeFile(`${PAGE}/${PAGE_LICENSES}`, await licenseTexts('s3-upload.js', modules));
}

/** Writes all of the element in one file, as a module and as a classic script. */
async function bundleWhole(): Promise<readonly OutputChunk[]> {
  const chunks = await bundle('s3-upload.all', ELEMENT, { dir: PAGE, isWhole: true });
  const [module] = chunks;
  if (!module || chunks.length > 1) throw new Error('The whole element is not one file.');
  const { code, map } = await classicScript(module, CLASSIC);
  await writeFile(`${PAGE}/${CLASSIC}`, code);
  await writeFile(`${PAGE}/${CLASSIC}.map`, map);
  return chunks;
}

/**
 * Writes the licence texts of the Worker's bundle, which wrangler makes only when it deploys. Its
 * bundler is asked here what that bundle holds:
 * https://developers.cloudflare.com/workers/wrangler/bundling/
 */
async function writeWorkerLicenses(): Promise<void> {
  const { metafile } = await esbuild({
    absWorkingDir: ROOT,
    entryPoints: ['worker/index.ts'],
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    write: false,
    metafile: true,
  });
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [ROOT + path] : [],
    ),
  );
  await writeFile(WORKER_LICENSES, await licenseTexts('the Worker', modules));
}

/**
 * Bundles for pages. What is imported dynamically becomes a file of its own, which takes what it
 * shares with the entry from the entry itself: one file until the first upload, with no chain of
 * requests before it. The hash in their names keeps files of two builds apart. `isWhole` keeps
 * everything in one file; without `dir` nothing is written.
 *
 * @returns the chunks, the entry first.
 */
export async function bundle(
  name: string,
  entry: string,
  { dir, isWhole = false }: { readonly dir?: string; readonly isWhole?: boolean } = {},
): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: { [name]: entry },
    cwd: ROOT,
    // The page's own script loads the element from its public address, as any other page would.
    external: ['/s3-upload.js'],
    preserveEntrySignatures: 'allow-extension',
    resolve: { conditionNames: ['production', 'import', 'default'] },
    transform: { target: 'es2022' },
    plugins: [
      !isWhole &&
        (entry === ELEMENT || entry === PIECES) &&
        joinDoors(
          'first-file',
          FIRST_FILE.map((file) => ROOT + file),
        ),
      trimLit(),
      minifyTemplates(),
      minifyCode(),
    ],
    // Minifying takes nearly all of the time, which is what these tell.
    checks: { pluginTimings: false },
  });
  const options = {
    format: 'esm',
    minify: true,
    comments: false,
    postBanner: ({ moduleIds }) =>
      packageFolders(moduleIds).length > 0
        ? `/*! s3-upload, MIT; with libraries: ${PAGE_LICENSES} */`
        : '',
    sourcemap: true,
    entryFileNames: '[name].js',
    // Beside the entry: where the script came from is where the Worker is.
    chunkFileNames: 's3-upload-[name]-[hash].js',
    codeSplitting: !isWhole,
    // Declarations of one kind share a keyword.
    topLevelVar: true,
  } satisfies OutputOptions;
  const { output } = await (dir ? build.write({ ...options, dir }) : build.generate(options));
  await build.close();
  return output
    .filter((file) => file.type === 'chunk')
    .sort((a, b) => Number(b.isEntry) - Number(a.isEntry));
}

/** The contract, from the schemas that check requests. */
async function writeOpenApi(): Promise<void> {
  await writeFile(
    `${PAGE}/openapi.json`,
    JSON.stringify(openApiDocument((await packageFields()).version)),
  );
}

async function packageFields(): Promise<PackageFields> {
  return JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as PackageFields;
}

/**
 * Writes the package: unbundled modules with their types, as `exports` in package.json names them,
 * the command that `bin` names, and what editors read of the elements.
 */
async function buildLibrary(): Promise<void> {
  for (const half of ['widget', 'worker']) {
    await rm(`${ROOT}dist/${half}`, { recursive: true, force: true });
  }
  // What the first ones share with the Worker is then written again, with the types of the Worker.
  for (const project of ['worker/cli', 'worker/node', 'widget', 'worker']) {
    const config = `${ROOT}dist/tsconfig.json`;
    await writeFile(
      config,
      JSON.stringify({
        extends: `../${project}/tsconfig.json`,
        compilerOptions: {
          noEmit: false,
          declaration: project !== 'worker/cli',
          rootDir: '..',
          outDir: '.',
        },
        include: [`../${project}/**/*.ts`],
        exclude: EXCLUDED.filter((folder) => folder !== project).map((folder) => `../${folder}`),
      }),
    );
    execFileSync('tsc', ['-p', config], { stdio: 'inherit', cwd: ROOT });
    await rm(config);
  }
  // Loaded only here: it runs the element's own modules.
  const { elementDeclarations, elementManifest } = await import('./manifest.ts');
  const elements = await elementDeclarations();
  const fields = await packageFields();
  await writeJson('custom-elements.json', await elementManifest(fields.version));
  await writeJson('web-types.json', webTypes(elements, fields));
  await writeJson('vscode.html-custom-data.json', htmlData(elements, fields));
  await mkdir(`${ROOT}dist/types`, { recursive: true });
  for (const [framework, types] of Object.entries(frameworkTypes(elements))) {
    await writeFile(`${ROOT}dist/types/${framework}.d.ts`, types);
    // There is nothing to load.
    await writeFile(`${ROOT}dist/types/${framework}.js`, 'export {};\n');
  }
}

async function writeJson(name: string, value: object): Promise<void> {
  await writeFile(`${ROOT}dist/${name}`, JSON.stringify(value, null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage();
  if (process.argv.includes('--lib')) await buildLibrary();
}
