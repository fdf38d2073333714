/** `s3-upload init`: makes a project whose Worker is this package. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { ProblemError } from '../problem.ts';
import { readOptions } from './arguments.ts';
import type { Command } from './command.ts';
import { projectFiles, type Project } from './init/files.ts';
import { UsageError } from './usage-error.ts';

const HELP = `Usage: s3-upload init FOLDER

Makes a project that deploys the signer as a Cloudflare Worker: package.json,
wrangler.toml, .dev.vars.example and .gitignore. The Worker is this package, so
"npm update" upgrades it. Files that exist are never changed.

Options:
  -h, --help  print this text

Exit status: 0, 1 if a file exists already, 2 if the options are wrong.`;

/** Longest name of a Worker, because it becomes a label in a host name. */
const MAX_NAME = 63;

/** The command. */
export const init: Command = {
  name: 'init',
  summary: 'make a project that deploys the signer as a Worker',
  help: HELP,
  async run(args, { folder: here, print }) {
    readOptions(
      args.filter((arg) => arg.startsWith('-')),
      {},
    );
    const [name, ...others] = args.filter((arg) => !arg.startsWith('-'));
    if (name === undefined || others.length > 0) {
      throw new UsageError('Name one folder, such as: s3-upload init my-uploads');
    }
    const folder = resolve(here, name);
    const files = projectFiles({ name: nameOf(folder), versions: versions() });
    const existing = Object.keys(files).filter((file) => existsSync(join(folder, file)));
    if (existing.length > 0) {
      throw new ProblemError(
        'conflict',
        `${name} has ${existing.join(', ')} already, so nothing was written. Name another folder.`,
      );
    }
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
    print(nextSteps(name, Object.keys(files)));
    return 0;
  },
};

function nextSteps(folder: string, files: readonly string[]): string {
  return `Made ${folder} with ${files.join(', ')}. Next:

  cd ${folder}
  npm install
  cp .dev.vars.example .dev.vars

Fill in .dev.vars, and [vars] in wrangler.toml. Then:

  npm run setup     prepares the bucket
  npm run doctor    says what is missing or wrong
  npm run dev       serves a page at http://localhost:8787
`;
}

/** What the folder's name says, as far as the name of a Worker can. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 's3-upload' : name;
}

/** The versions that this package has, and works with. */
function versions(): Project['versions'] {
  const { version, peerDependencies } = createRequire(import.meta.url)(
    's3-upload-element/package.json',
  ) as {
    readonly version: string;
    readonly peerDependencies: Readonly<Record<'hono' | 'wrangler', string>>;
  };
  const { hono, wrangler } = peerDependencies;
  return { hono, 's3-upload-element': `^${version}`, wrangler };
}
