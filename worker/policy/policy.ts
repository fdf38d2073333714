/**
 * What a caller may upload. Rules come from the settings; a caller's claims and a hook can narrow them
 * and never widen them.
 */
import * as v from 'valibot';
import type { Disposition } from '../object/disposition.ts';
import { cleanPrefix } from '../object/key.ts';
import type { MetadataRules } from '../object/metadata.ts';
import { cleanName } from '../object/name.ts';
import { ProblemError } from '../problem.ts';
import { idNotAllowed, tooManyBytes } from '../refusals.ts';
import type { FileEntry } from '../protocol.ts';
import { accepts, parseAccept } from '../protocol/accept.ts';
import { UploadId } from '../protocol/schemas.ts';
import type { CannedAcl } from '../protocol/schemas.ts';
import type { ObjectChoices, Upload } from '../upload/upload.ts';

/** The rules for one caller's uploads. Sizes are in bytes, times in seconds. */
export interface Rules extends MetadataRules {
  readonly maxBytes: number;
  readonly minBytes: number;
  /** MIME types, `image/*` wildcards and `.ext` extensions. A file has to match one of each group. */
  readonly accept: readonly (readonly string[])[];
  /** Number of files in one selection. Null: any number. */
  readonly maxFiles: number | null;
  /** Pattern that names have to match. Null: any name. */
  readonly name: RegExp | null;
  /** Upload ids that may be used. Null: any. A token with one id allows exactly one upload. */
  readonly ids: readonly string[] | null;
  /** Prefix of every key: empty, or ending in `/`. */
  readonly prefix: string;
  /** Prefix to which a claim confines the caller. Null: all of the owner's uploads. */
  readonly within: string | null;
  /** Allowed ACLs. The first is the default; a claim may choose another. Empty: no ACL is set. */
  readonly acl: readonly CannedAcl[];
  readonly object: Omit<ObjectChoices, 'metadata' | 'acl' | 'ifNoneMatch' | 'disposition'>;
  /** How the bucket serves the object. `auto`: as a download if it could run a script. */
  readonly disposition: Disposition;
  /** Lifetime of an upload after Create, and again after each call that signs parts of it. */
  readonly uploadSeconds: number;
  /** Maximum age of an upload, however much it moves. Null: none. */
  readonly maxAgeSeconds: number | null;
  /** Lifetime of a signed request. */
  readonly urlSeconds: number;
  /** Whether owners may remove complete uploads. */
  readonly removable: boolean;
  /** Whether anyone with its link may read a complete upload. */
  readonly public: boolean;
  /** Uploads in several parts that an owner may have open. Null: any number. */
  readonly maxOpen: number | null;
  /** Bytes of an owner's listed uploads. Null: any number. */
  readonly maxTotalBytes: number | null;
  /** Uploads that may be made with one token of the caller. Null: any number. */
  readonly maxPerGrant: number | null;
}

/** Rules as an operator states them. What is left out has its default. */
export interface RulesOptions extends Partial<
  Omit<Rules, 'accept' | 'within' | 'fixedMetadata' | 'maxPerGrant' | 'prefix'>
> {
  /** A list in the syntax of `<input accept>`. Empty: any file. */
  readonly accept?: readonly string[];
  readonly prefix?: string;
  readonly fixedMetadata?: Readonly<Record<string, string>>;
}

const GIB = 1024 ** 3;
const DAY_SECONDS = 86_400;
const MINUTE_SECONDS = 60;

/**
 * The rules before anyone narrows them. store-fit.ts checks whether the store supports them.
 *
 * @throws ProblemError `misconfigured` for an invalid prefix.
 */
export function rulesFrom(options: RulesOptions): Rules {
  const { accept = [], prefix = '', ...rest } = options;
  return {
    maxBytes: 5 * GIB,
    minBytes: 0,
    maxFiles: null,
    name: null,
    ids: null,
    within: null,
    metadata: [],
    fixedMetadata: {},
    acl: [],
    object: {},
    disposition: 'auto',
    uploadSeconds: 1.5 * DAY_SECONDS,
    maxAgeSeconds: null,
    urlSeconds: 15 * MINUTE_SECONDS,
    removable: false,
    public: false,
    maxOpen: null,
    maxTotalBytes: null,
    maxPerGrant: null,
    ...rest,
    accept: accept.length > 0 ? [accept] : [],
    prefix: cleanPrefix(prefix),
  };
}

const NonNegative = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const MetadataName = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/i));
const Texts = v.array(v.pipe(v.string(), v.maxLength(256)));

/** How a claim or a hook's answer narrows the rules. What it does not name stays unchanged. */
export const Narrowing = v.strictObject({
  maxBytes: v.exactOptional(NonNegative),
  minBytes: v.exactOptional(NonNegative),
  accept: v.exactOptional(Texts),
  /** Number of files in one selection, and of all uploads with the caller's token. */
  maxFiles: v.exactOptional(NonNegative),
  maxOpen: v.exactOptional(NonNegative),
  maxTotalBytes: v.exactOptional(NonNegative),
  ids: v.exactOptional(v.array(UploadId)),
  /** Appended to the prefix of the settings. */
  prefix: v.exactOptional(v.pipe(v.string(), v.maxLength(512))),
  /** A list restricts the allowed names; an object sets values. */
  metadata: v.exactOptional(v.union([Texts, v.record(MetadataName, v.string())])),
  acl: v.exactOptional(v.string()),
  /** Time limit for the upload, in seconds. */
  expiresIn: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type Narrowing = v.InferOutput<typeof Narrowing>;

/**
 * The rules, narrowed by a claim.
 *
 * @throws ProblemError `forbidden` for a malformed claim, because it may have been meant to forbid.
 */
export function narrow(rules: Rules, claim: unknown): Rules {
  if (claim === undefined) return rules;
  const parsed = v.safeParse(Narrowing, claim);
  // For valibot an array is an object, here one without any limit.
  if (!parsed.success || Array.isArray(claim)) {
    throw new ProblemError('forbidden', 'The caller’s upload claim is malformed.');
  }
  const by = parsed.output;
  const { metadata } = by;
  const [malformed] = parseAccept(by.accept ?? []).malformed;
  if (malformed !== undefined) {
    const entry = JSON.stringify(malformed);
    const detail = `The caller’s upload claim: ${entry} in accept is not a type or an extension.`;
    throw new ProblemError('forbidden', detail);
  }
  const prefix = rules.prefix + prefixOf(by.prefix);
  return {
    ...rules,
    maxBytes: Math.min(rules.maxBytes, by.maxBytes ?? Infinity),
    minBytes: Math.max(rules.minBytes, by.minBytes ?? 0),
    accept: by.accept?.length ? [...rules.accept, by.accept] : rules.accept,
    maxFiles: smaller(rules.maxFiles, by.maxFiles),
    maxPerGrant: smaller(rules.maxPerGrant, by.maxFiles),
    maxOpen: smaller(rules.maxOpen, by.maxOpen),
    maxTotalBytes: smaller(rules.maxTotalBytes, by.maxTotalBytes),
    ids: by.ids ? by.ids.filter((id) => rules.ids?.includes(id) ?? true) : rules.ids,
    prefix,
    within: prefix === rules.prefix ? rules.within : prefix,
    metadata: Array.isArray(metadata)
      ? rules.metadata.filter((name) => lower(metadata).includes(name))
      : rules.metadata,
    fixedMetadata: Array.isArray(metadata)
      ? rules.fixedMetadata
      : { ...metadata, ...rules.fixedMetadata },
    acl: by.acl === undefined ? rules.acl : chosenAcl(rules.acl, by.acl),
    uploadSeconds: Math.min(rules.uploadSeconds, by.expiresIn ?? Infinity),
    maxAgeSeconds: smaller(rules.maxAgeSeconds, by.expiresIn),
  };
}

/** What a check needs to know about a file, before or after it is created. */
export type CheckedFile = Pick<FileEntry, 'id' | 'name' | 'path' | 'bytes' | 'type'>;

/**
 * Throws if the rules forbid the file. The type has to fit the name that will be stored. A name pattern
 * has to match that name and the name that was sent.
 *
 * @param path path of the file in the request, for errors.
 * @throws ProblemError `too_large`, `type_not_allowed`, `invalid_request` or `forbidden`.
 */
export function checkFile(rules: Rules, file: CheckedFile, path = ''): void {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (file.bytes > rules.maxBytes) {
    throw tooManyBytes(rules.maxBytes, at('bytes'));
  }
  if (file.bytes < rules.minBytes) {
    throw new ProblemError(
      'invalid_request',
      `The file must have at least ${rules.minBytes} bytes.`,
      {
        field: at('bytes'),
      },
    );
  }
  const cleaned = cleanName(file.name);
  if (!rules.accept.every((group) => accepts(group, { name: cleaned, type: file.type }))) {
    const allowed = rules.accept.map((group) => group.join(', ')).join(' and ');
    throw new ProblemError(
      'type_not_allowed',
      `The file’s extension and type must both be allowed: ${allowed}.`,
      { field: at('type') },
    );
  }
  const pattern = rules.name;
  // Uses `search`, because `test` keeps a position if the pattern has the flag g.
  if (pattern && [file.name, cleaned].some((name) => name.search(pattern) < 0)) {
    throw new ProblemError('invalid_request', 'Files of this name are not allowed.', {
      field: at('name'),
    });
  }
  if (rules.ids && !rules.ids.includes(file.id)) {
    throw idNotAllowed(at('id'));
  }
}

/** Whether the rules give a caller access to an upload of the same owner. */
export function covers(rules: Rules, upload: Pick<Upload, 'id' | 'key'>): boolean {
  return upload.key.startsWith(rules.within ?? '') && (rules.ids?.includes(upload.id) ?? true);
}

function smaller(limit: number | null, other: number | undefined): number | null {
  if (other === undefined) return limit;
  return limit === null ? other : Math.min(limit, other);
}

function prefixOf(prefix: string | undefined): string {
  try {
    return cleanPrefix(prefix?.replace(/^\//, '') ?? '');
  } catch (cause) {
    throw new ProblemError('forbidden', 'The caller’s upload claim has an invalid prefix.', {
      cause,
    });
  }
}

function chosenAcl(allowed: readonly CannedAcl[], wanted: string): readonly CannedAcl[] {
  const found = allowed.find((acl) => acl === wanted);
  if (!found)
    throw new ProblemError(
      'forbidden',
      'The caller’s upload claim asks for an ACL that is not allowed.',
    );
  return [found];
}

function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}
