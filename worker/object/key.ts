/** Object keys. They are made here, from a template, and never by the browser. */
import { sha256Hex } from '../util/digest.ts';
import { cleanName, extensionOf, utf8Length } from './name.ts';
import { ProblemError } from '../problem.ts';
import { base64ToBytes, bytesToHex } from '../protocol/util/encoding.ts';
import { encodeKey, MAX_KEY_BYTES, MAX_SEGMENT_BYTES } from '../s3/signing/encode.ts';

/** Names are not shortened below this length. */
const MIN_NAME_BYTES = 16;
const PLACEHOLDERS = [
  'prefix',
  'owner',
  'id',
  'name',
  'path',
  'ext',
  'yyyy',
  'mm',
  'dd',
  'checksum',
] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** Whose stored files may stand for a file that is to be uploaded. */
export type Dedupe = 'owner' | 'everyone';

export const DEFAULT_KEY_TEMPLATE = '{prefix}{owner}/{id}/{name}';

/** The values that a key is made of. */
export interface KeyParts {
  /** Prefix from the policy: empty, or ending in `/`. */
  readonly prefix: string;
  readonly owner: string;
  readonly id: string;
  readonly name: string;
  /** Path below the chosen folder, cleaned, the name included; undefined for a file without folders. */
  readonly path?: string | undefined;
  /**
   * Checksum of the whole file in base64, if it is compared before there is an object. Undefined if it
   * is not: then the id takes its place. Empty if it should have been sent.
   */
  readonly checksum: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Fills in the template. The name is shortened if the key would have more than 1,024 bytes.
 *
 * @param template as `readTemplate` gives it.
 * @throws ProblemError `invalid_request` if the result is not a legal key.
 */
export async function makeKey(template: string, parts: KeyParts): Promise<string> {
  const date = dateOf(parts.id, parts.now).toISOString();
  const values = {
    prefix: parts.prefix,
    owner: await ownerSegment(parts.owner),
    id: parts.id,
    ext: extensionOf(cleanName(parts.name)),
    yyyy: date.slice(0, 4),
    mm: date.slice(5, 7),
    dd: date.slice(8, 10),
    checksum: parts.checksum === undefined ? parts.id : bytesToHex(base64ToBytes(parts.checksum)),
  };
  if (values.checksum === '' && template.includes('{checksum}')) {
    throw new ProblemError(
      'invalid_request',
      'KEY_TEMPLATE contains {checksum}, but no checksum was sent.',
      {
        field: 'checksums',
      },
    );
  }
  const folders = (parts.path ?? '').split('/').slice(0, -1);
  const fill = (name: string) => {
    const all: Readonly<Record<Placeholder, string>> = {
      ...values,
      name,
      path: [...folders, name].join('/'),
    };
    return template.replace(/\{(\w+)\}/g, (_, placeholder: Placeholder) => all[placeholder]);
  };
  const key = fill(cleanName(parts.name, roomForName(fill(MARK))));
  if (folders.length > 0 && template.includes('{path}') && utf8Length(key) > MAX_KEY_BYTES) {
    throw new ProblemError('invalid_request', `The path is too long for a key.`, { field: 'path' });
  }
  assertKey(key);
  return key;
}

/** Placeholder for the name; no key contains it. */
const MARK = '\0';

/** Number of bytes that the rest of the key leaves for the name. */
function roomForName(marked: string): number {
  const segment = marked.split('/').find((part) => part.includes(MARK)) ?? '';
  const room = Math.min(
    MAX_KEY_BYTES - utf8Length(marked),
    MAX_SEGMENT_BYTES - utf8Length(segment),
  );
  return Math.max(room + MARK.length, MIN_NAME_BYTES);
}

/**
 * Refuses keys that could be read in two ways.
 *
 * @throws ProblemError `invalid_request`.
 */
export function assertKey(key: string): void {
  try {
    encodeKey(key);
  } catch (cause) {
    throw new ProblemError('invalid_request', 'This file’s name does not give a legal key.', {
      cause,
    });
  }
}

/**
 * The template, which always begins with the prefix.
 *
 * @throws ProblemError `misconfigured`, naming what is wrong.
 */
export function readTemplate(template: string): string {
  const names = Array.from(template.matchAll(/(?<=\{)[^}]*(?=\})/g), ([name]) => name);
  const unknown = names.find((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new ProblemError('misconfigured', `KEY_TEMPLATE: {${unknown}} is not known.`);
  }
  if (!names.some((name) => ['id', 'name', 'path', 'checksum'].includes(name))) {
    throw new ProblemError('misconfigured', 'KEY_TEMPLATE: every file would get the same key.');
  }
  if (template.indexOf('{prefix}') > 0) {
    throw new ProblemError('misconfigured', 'KEY_TEMPLATE: {prefix} has to come first.');
  }
  return template.startsWith('{prefix}') ? template : `{prefix}${template}`;
}

/** Whether an object may belong to several uploads, because its key is made of its checksum. */
export function mayBeShared(template: string): boolean {
  return template.includes('{checksum}');
}

/** Whether two uploads of one owner can have the same key. */
export function keysMayMeet(template: string): boolean {
  return !template.includes('{id}') || !template.includes('{owner}');
}

/**
 * The prefix, empty or ending in `/`.
 *
 * @throws ProblemError `misconfigured`.
 */
export function cleanPrefix(prefix: string, setting = 'KEY_PREFIX'): string {
  if (prefix === '') return '';
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  try {
    assertKey(`${folder}x`);
  } catch {
    throw new ProblemError('misconfigured', `${setting} holds an empty or a dot segment.`);
  }
  return folder;
}

/**
 * The owner as a key segment: readable if possible, and never the same for two owners. It ends in a
 * hash if characters had to be replaced, or if the owner itself looks like such a segment.
 */
async function ownerSegment(owner: string): Promise<string> {
  const safe = owner.replace(/[^A-Za-z0-9._@=-]/g, '-').slice(0, 64);
  const plain = safe === owner && !/^\.|\.$|^$|-[0-9a-f]{16}$/.test(owner);
  return plain
    ? owner
    : `${safe.replace(/^\.+|\.+$/g, '')}-${(await sha256Hex(owner)).slice(0, 16)}`;
}

const DAY_MS = 86_400_000;

/** The date in a UUIDv7, so that a Create repeated after midnight gets the same key. */
function dateOf(id: string, now: number): Date {
  const made = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  const believable = id[14] === '7' && Math.abs(made - now) < 2 * DAY_MS;
  return new Date(believable ? made : now);
}
