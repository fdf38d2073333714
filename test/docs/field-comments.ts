/** The comments above the fields of the contract's schemas, which the schemas themselves do not hold. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../worker/protocol/', import.meta.url));
/** The line on which an object of fields begins, as the formatter leaves it. */
const BEGINS = /^( *)(?:.*\bv\.(?:strictObject|object)\(\{|(?:export )?const \w+ = \{)$/;

/** The fields of one object in the source, with their comments. */
type Fields = ReadonlyMap<string, string>;

const known: readonly Fields[] = globSync('**/*.ts', { cwd: ROOT }).flatMap((file) =>
  objectsIn(readFileSync(`${ROOT}${file}`, 'utf8').split('\n')),
);

/**
 * What the comment above this field says, in the object of the source that has it and most of the
 * fields `of`, and no other. Empty if there is none.
 */
export function commentOf(field: string, of: ReadonlySet<string>): string {
  const [best] = known
    .filter((fields) => fields.has(field) && [...fields.keys()].every((name) => of.has(name)))
    .toSorted((a, b) => b.size - a.size);
  return best?.get(field) ?? '';
}

function objectsIn(lines: readonly string[]): readonly Fields[] {
  return lines.flatMap((line, index) => {
    const indent = BEGINS.exec(line)?.[1];
    if (indent === undefined) return [];
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
    return [fieldsIn(lines.slice(index + 1, end), `${indent}  `)];
  });
}

function fieldsIn(lines: readonly string[], indent: string): Fields {
  const fields = new Map<string, string>();
  let comment: string[] = [];
  for (const line of lines) {
    if (!line.startsWith(indent)) continue;
    const text = line.slice(indent.length);
    const [, name] = /^(\w+)(?::|,$)/.exec(text) ?? [];
    if (/^(?:\/\*\*| \*)/.test(text)) comment.push(text.replaceAll(/^\/?[ *]+|[ *]*\*\/$/g, ''));
    if (name === undefined) continue;
    fields.set(name, comment.join(' ').trim());
    comment = [];
  }
  return fields;
}
