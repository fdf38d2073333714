/** Tables of what interfaces of the engine have, from the comments above their members. */
import { readFileSync } from 'node:fs';
import { cell, table } from './markdown.ts';

const TYPES = readFileSync(new URL('../../widget/core/types.ts', import.meta.url), 'utf8');

/** A member of an interface, and what the comment above it says. */
interface Member {
  readonly name: string;
  readonly isMethod: boolean;
  readonly meaning: string;
}

/** By the name of their block in docs/guides/engine.md. */
export const ENGINE_TABLES = {
  options: () => tableOf('Option', membersOf('UploaderOptions')),
  methods: () =>
    tableOf(
      'Method',
      membersOf('UploaderLike').filter(({ isMethod }) => isMethod),
    ),
} as const;

/** The block in docs/reference/element.md. */
export const SNAPSHOT_TABLES = {
  snapshot: () => tableOf('Field', membersOf('UploadSnapshot')),
} as const;

/** Members whose names say enough in the code, which has no comment above them. */
const PLAIN: Readonly<Record<string, string>> = {
  id: 'Id of the upload, a UUID.',
  name: 'Name of the file.',
  bytes: 'Size of the file.',
  type: 'Media type of the file; may be empty.',
  status:
    '`queued`, `checking`, `transforming`, `hashing`, `uploading`, `paused`, `waiting`, `completing`, `done`, `failed` or `cancelled`.',
  key: 'Key of the object, once it is known.',
  result: 'What the Worker says of the finished upload.',
  error: 'Why it has failed.',
  restrictions:
    'What the page accepts: `accept`, `minBytes`, `maxBytes`, `maxTotalBytes`, `maxFiles` and `validators`.',
  resume: 'Resumes one paused upload, or all.',
};

/** @throws Error if a member has no comment. */
function tableOf(title: string, members: readonly Member[]): string {
  const rows = members.map(({ name, isMethod, ...member }) => {
    const meaning = member.meaning || PLAIN[name];
    if (meaning === undefined) throw new Error(`widget/core/types.ts says nothing about ${name}`);
    return [`\`${name}${isMethod ? '()' : ''}\``, cell(meaning)];
  });
  return table([title, 'Meaning'], rows);
}

function membersOf(name: string): readonly Member[] {
  const [, body] =
    new RegExp(`^export interface ${name}\\b[^{]*{\\n([^]*?)^}`, 'm').exec(TYPES) ?? [];
  if (body === undefined) throw new Error(`widget/core/types.ts has no interface ${name}`);
  const members = body.matchAll(
    /(?:^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^ {2}(?:readonly )?(\w+)\??([:(<])/gm,
  );
  return [...members].map(([, comment = '', member = '', kind]) => ({
    name: member,
    isMethod: kind !== ':',
    meaning: meaningOf(comment),
  }));
}

/** The text of a comment, with its `@default` and `@throws` as sentences. */
function meaningOf(comment: string): string {
  return comment
    .replaceAll(/^ *\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/ ?@throws (\w+)/, ' Throws `$1`')
    .replace(
      / ?@default (.+?) ?$/,
      (_, value: string) => ` Default: ${value.replaceAll("'", '`')}.`,
    )
    .trim();
}
