/** Which packages a folder of built modules imports, types included. */
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';

const MODULE = /\.(js|d\.ts)$/;
/** Modules of the Workers runtime: https://developers.cloudflare.com/workers/runtime-apis/ */
const RUNTIME = /^cloudflare:/;

/** Names of the packages that the modules under `folder` import, by whatever syntax. */
export async function importedPackages(folder: string): Promise<ReadonlySet<string>> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => MODULE.test(file));
  const specifiers = await Promise.all(files.map((file) => specifiersIn(join(folder, file))));
  return new Set(specifiers.flat().flatMap((specifier) => packageOf(specifier) ?? []));
}

async function specifiersIn(file: string): Promise<readonly string[]> {
  const { program, errors } = parseSync(file, await readFile(file, 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const add = (source: { readonly value?: unknown } | null): void => {
    if (typeof source?.value === 'string') found.push(source.value);
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source as { value?: unknown }),
    TSImportType: ({ source }) => add(source),
  }).visit(program);
  return found;
}

/** `lit` for `lit/decorators.js`; nothing for a path, a URL or what the runtime brings. */
function packageOf(specifier: string): string | undefined {
  if (/^[./]|^\w+:\/\//.test(specifier) || isBuiltin(specifier) || RUNTIME.test(specifier)) {
    return undefined;
  }
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}
