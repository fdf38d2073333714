/**
 * A project of somebody else's that installs the package from its tarball: outside of this
 * repository, so that it finds nothing but what the tarball asks for.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROJECT = fileURLToPath(new URL('project/', import.meta.url));
/** Projects that people copy. Here they share the packages of the one that they are copied into. */
const EXAMPLES = `${ROOT}examples`;

export interface Consumer {
  /** The project's folder. */
  readonly dir: string;
  /** Resolves with all that a command of the project prints. @throws Error with that, if it fails. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Packs this repository, and installs the tarball in a new folder. */
export function installConsumer(): Promise<Consumer> {
  return install(async ({ dir, run }) => {
    await cp(PROJECT, dir, { recursive: true });
    await cp(EXAMPLES, join(dir, 'examples'), { recursive: true });
    const tarball = pack(dir);
    await run('npm', 'ci', '--prefer-offline');
    await pinDependencies(dir);
    await run('npm', 'install', '--prefer-offline', '--no-save', tarball);
  });
}

/** Installs an example alone, with the tarball of this repository. */
export function installExample(name: string): Promise<Consumer> {
  return install(async ({ dir, run }) => {
    await cp(join(EXAMPLES, name), dir, { recursive: true });
    const tarball = pack(dir);
    await run('npm', 'pkg', 'set', `dependencies.s3-upload-element=file:${tarball}`);
    await run('npm', 'install', '--prefer-offline');
  });
}

/** Makes a folder, and has it filled; removes it again if that fails. */
async function install(
  fill: (project: Pick<Consumer, 'dir' | 'run'>) => Promise<void>,
): Promise<Consumer> {
  const dir = await mkdtemp(join(tmpdir(), 's3-upload-consumer-'));
  const run = async (command: string, ...args: readonly string[]): Promise<string> => {
    const path = [join(dir, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
    try {
      const { stdout, stderr } = await promisify(execFile)(command, args, {
        cwd: dir,
        env: { ...outsideEnvironment(), PATH: path },
        // Nuxt prints the whole of what it has built.
        maxBuffer: 2 ** 24,
      });
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
    }
  };
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    await fill({ dir, run });
  } catch (error) {
    await remove();
    throw error;
  }
  return { dir, run, remove };
}

/**
 * The path of a tarball of this repository: the one that PACKAGE_TARBALL names, because CI packs once,
 * otherwise a new one in `dir`.
 */
export function pack(dir: string): string {
  const packed = process.env['PACKAGE_TARBALL'];
  if (packed) return packed;
  const printed = execFileSync('npm', ['pack', '--silent', '--pack-destination', dir], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return join(dir, printed.trim().split('\n').at(-1) ?? '');
}

/**
 * Where the package leaves the version open, npm takes the one that this repository was tested
 * with. An override adds nothing to the project: what the package forgets to ask for stays missing.
 */
async function pinDependencies(dir: string): Promise<void> {
  const lock = JSON.parse(await readFile(`${ROOT}package-lock.json`, 'utf8')) as Lock;
  const file = join(dir, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  const overrides: Record<string, string> = {};
  for (const [path, { version, dev = false }] of Object.entries(lock.packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    if (name === undefined || dev || name in manifest.dependencies) continue;
    overrides[name] = version;
  }
  await writeFile(file, JSON.stringify({ ...manifest, overrides }));
}

/** Without what `npm run` sets, which would lead npm back into this repository. */
export function outsideEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('npm_') && name !== 'INIT_CWD' && name !== 'NODE_ENV',
  );
  return Object.fromEntries(entries);
}
