/**
 * What a caller may upload: rules from settings, narrowed by the caller's own claims and by a hook,
 * never widened.
 */
import * as v from 'valibot';
import type { Disposition } from '../object/disposition.ts';
import { cleanPrefix } from '../object/key.ts';
import type { MetadataRules } from '../object/metadata.ts';
import { cleanName } from '../object/name.ts';
import { ProblemError } from '../problem.ts';
import { idNotAllowed, tooManyBytes } from '../refusals.ts';
import type { FileEntry } from '../protocol.ts';
import { accepts } from '../protocol/accept.ts';
import { UploadId } from '../protocol/schemas.ts';
import type { CannedAcl } from '../s3/acls.ts';
import type { ObjectChoices, Upload } from '../upload/upload.ts';

/** Everything that is decided about an upload. Sizes in bytes, times in seconds. */
export interface Rules extends MetadataRules {
  readonly maxBytes: number;
  readonly minBytes: number;
  /** MIME types, `image/*` wildcards and `.ext`; a file has to match one of each group. */
  readonly accept: readonly (readonly string[])[];
  /** Files in one selection; null: any number. */
  readonly maxFiles: number | null;
  /** What a name must match; null: any name. */
  readonly name: RegExp | null;
  /** Upload ids that may be used; null: any. A token with one is good for exactly one upload. */
  readonly ids: readonly string[] | null;
  /** Every key begins with it: empty, or ending in `/`. */
  readonly prefix: string;
  /** A claim confines the caller to keys that begin with this; null: to all of the owner's. */
  readonly within: string | null;
  /** The first is set; a claim may choose another. Empty: none is sent. */
  readonly acl: readonly CannedAcl[];
  readonly object: Omit<ObjectChoices, 'metadata' | 'acl' | 'ifNoneMatch' | 'disposition'>;
  /** How the bucket itself presents the object; `auto`: what could run a script, as a download. */
  readonly disposition: Disposition;
  /** How long an upload lives after its Create, and again after each call that signs parts of it. */
  readonly uploadSeconds: number;
  /** No upload lives longer than this after its Create; null: as long as it moves. */
  readonly maxAgeSeconds: number | null;
  /** A signed request is good for. */
  readonly urlSeconds: number;
  /** A complete upload may be removed by its owner. */
  readonly removable: boolean;
  /** A complete upload may be read by whoever has its link. */
  readonly public: boolean;
  /** Uploads in parts that an owner may have open; null: any number. */
  readonly maxOpen: number | null;
  /** Bytes that an owner may have uploaded, as far as they are still listed; null: any. */
  readonly maxTotalBytes: number | null;
  /** Uploads that may be made with one token of the caller's; null: any number. */
  readonly maxPerGrant: number | null;
}

/** Rules as an operator states them; what is left out is the default. */
export interface RulesOptions extends Partial<
  Omit<Rules, 'accept' | 'within' | 'fixedMetadata' | 'maxPerGrant' | 'prefix'>
> {
  /** A list as `<input accept>` has it; empty: anything. */
  readonly accept?: readonly string[];
  readonly prefix?: string;
  readonly fixedMetadata?: Readonly<Record<string, string>>;
}

const GIB = 1024 ** 3;
const DAY_SECONDS = 86_400;
const MINUTE_SECONDS = 60;

/**
 * The rules that hold before anyone narrows them. Whether the store can do what they ask for is
 * another question: see policy/store-fit.ts.
 *
 * @throws ProblemError `misconfigured` for an illegal prefix.
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

const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const MetadataName = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/i));
const Texts = v.array(v.pipe(v.string(), v.maxLength(256)));

/** How a claim, or a hook's answer, narrows the rules. What it does not name stays as it was. */
export const Narrowing = v.strictObject({
  maxBytes: v.exactOptional(Whole),
  minBytes: v.exactOptional(Whole),
  accept: v.exactOptional(Texts),
  /** Files in one selection, and uploads in all that the caller's token is good for. */
  maxFiles: v.exactOptional(Whole),
  maxOpen: v.exactOptional(Whole),
  maxTotalBytes: v.exactOptional(Whole),
  ids: v.exactOptional(v.array(UploadId)),
  /** Appended to the prefix of the settings. */
  prefix: v.exactOptional(v.pipe(v.string(), v.maxLength(512))),
  /** A list keeps only these of the names allowed; an object sets values. */
  metadata: v.exactOptional(v.union([Texts, v.record(MetadataName, v.string())])),
  acl: v.exactOptional(v.string()),
  /** Seconds within which the upload has to be complete. */
  expiresIn: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type Narrowing = v.InferOutput<typeof Narrowing>;

/**
 * The rules, narrowed. A claim that cannot be understood narrows to nothing: it may have meant to.
 *
 * @throws ProblemError `forbidden`.
 */
export function narrow(rules: Rules, claim: unknown): Rules {
  if (claim === undefined) return rules;
  const parsed = v.safeParse(Narrowing, claim);
  // To valibot an array is an object, here one that narrows nothing.
  if (!parsed.success || Array.isArray(claim)) {
    throw new ProblemError('forbidden', 'The caller’s upload claim is not understood.');
  }
  const by = parsed.output;
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
    metadata: Array.isArray(by.metadata)
      ? rules.metadata.filter((name) => lower(by.metadata).includes(name))
      : rules.metadata,
    fixedMetadata: Array.isArray(by.metadata)
      ? rules.fixedMetadata
      : { ...by.metadata, ...rules.fixedMetadata },
    acl: by.acl === undefined ? rules.acl : chosenAcl(rules.acl, by.acl),
    uploadSeconds: Math.min(rules.uploadSeconds, by.expiresIn ?? Infinity),
    maxAgeSeconds: smaller(rules.maxAgeSeconds, by.expiresIn),
  };
}

/** What a check needs to know of a file, whether it is to be created or is there already. */
export type CheckedFile = Pick<FileEntry, 'id' | 'name' | 'bytes' | 'type'>;

/**
 * Throws if the rules forbid the file; `path` is where it sits in the request. Types are judged by
 * the name that will be stored, and a name pattern has to match both that and what was sent.
 *
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
  // By `search`: `test` would continue where a pattern with the flag g stopped.
  if (pattern && [file.name, cleaned].some((name) => name.search(pattern) < 0)) {
    throw new ProblemError('invalid_request', 'Files of this name are not allowed.', {
      field: at('name'),
    });
  }
  if (rules.ids && !rules.ids.includes(file.id)) {
    throw idNotAllowed(at('id'));
  }
}

/** True where the rules let a caller see and touch an upload of the same owner. */
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
    throw new ProblemError('forbidden', 'The caller’s upload claim has no legal prefix.', {
      cause,
    });
  }
}

function chosenAcl(allowed: readonly CannedAcl[], wanted: string): readonly CannedAcl[] {
  const found = allowed.find((acl) => acl === wanted);
  if (!found)
    throw new ProblemError('forbidden', 'The caller’s upload claim asks for another ACL.');
  return [found];
}

function lower(names: unknown): string[] {
  return Array.isArray(names) ? names.map((name) => String(name).toLowerCase()) : [];
}
