/** Reads classes, types and their comments out of TypeScript. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { parseSync, type ESTree, type ParseResult } from 'rolldown/utils';

/** A class and the text that it stands in. */
export interface Source {
  readonly node: ESTree.Class;
  readonly doc: Doc;
  /** The file of what it extends, where that is one of ours. */
  readonly base: string | undefined;
  readonly text: string;
  readonly comments: ParseResult['comments'];
}

/** A TSDoc comment. */
export interface Doc {
  /** What stands before the first tag. */
  readonly text: string;
  /** `@tag name - text` */
  readonly tags: readonly { readonly tag: string; readonly name: string; readonly text: string }[];
  readonly byDefault?: string;
  readonly isInternal: boolean;
}

/** The class that a file exports. @throws Error where it exports none. */
export function classOf(root: string, file: string): Source {
  const { text, program, comments } = parsed(root, file);
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const node = statement.declaration;
    if (node?.type !== 'ClassDeclaration') continue;
    const base = node.superClass?.type === 'Identifier' ? node.superClass.name : '';
    const source = { node, base: importOf(program, base, file), text, comments };
    return { ...source, doc: describe(source, statement.start) };
  }
  throw new Error(`${file} exports no class.`);
}

/** What an exported interface maps its names to. */
export function typesIn(root: string, file: string, name: string): Map<string, string> {
  const { text, program } = parsed(root, file);
  const types = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const node = statement.declaration;
    if (node?.type !== 'TSInterfaceDeclaration' || node.id.name !== name) continue;
    for (const member of node.body.body) {
      if (member.type !== 'TSPropertySignature' || !member.typeAnnotation) continue;
      const key = textOf({ text }, member.key).replaceAll("'", '');
      types.set(key, textOf({ text }, member.typeAnnotation).slice(2));
    }
  }
  return types;
}

/** The source of a node. */
export function textOf({ text }: Pick<Source, 'text'>, node: ESTree.Span): string {
  return text.slice(node.start, node.end);
}

/** The comment that ends right before `start`. */
export function describe(
  { text, comments }: Pick<Source, 'text' | 'comments'>,
  start: number,
): Doc {
  const comment = comments.find(
    ({ type, end }) => type === 'Block' && end <= start && text.slice(end, start).trim() === '',
  );
  const lines = (comment?.value ?? '').split('\n').map((line) => line.replace(/^\s*\*+ ?/, ''));
  const [summary = '', ...rest] = lines
    .join('\n')
    .trim()
    .split(/(?:^|\s)@(?=[a-z])/);
  const tags = rest.map((tag) => {
    const [, kind = '', name = '', words = ''] =
      /^(\w+)\s*(\S*)(?:\s+-\s+)?([^]*)$/.exec(tag) ?? [];
    return { tag: kind, name, text: flat(words) };
  });
  const byDefault = rest.find((tag) => tag.startsWith('default '))?.slice('default '.length);
  return {
    text: flat(summary),
    tags,
    ...(byDefault !== undefined && { byDefault: flat(byDefault) }),
    isInternal: tags.some(({ tag }) => tag === 'internal'),
  };
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function parsed(root: string, file: string) {
  const text = readFileSync(join(root, file), 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return { text, program, comments };
}

function importOf(program: ESTree.Program, name: string, file: string): string | undefined {
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const from = statement.source.value;
    const isIt = statement.specifiers.some(({ local }) => local.name === name);
    if (isIt) return from.startsWith('.') ? join(dirname(file), from) : undefined;
  }
  return undefined;
}
