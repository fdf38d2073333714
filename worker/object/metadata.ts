/** An object's metadata: the allowed values from the browser, and the values from the settings. */
import { isWellFormed, utf8Length } from './name.ts';
import { ProblemError } from '../problem.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_BYTES = 2048;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** On HEAD, identifies the upload that made the object. Nobody else may set it. */
const RESERVED = 'upload-token';

/** Whether every store keeps this lower-case name, and callers may set it. */
export function isMetadataName(name: string): boolean {
  return NAME.test(name) && name !== RESERVED;
}

/** Rules for an object's metadata. */
export interface MetadataRules {
  /** Names that a browser may set, in lower case. */
  readonly metadata: readonly string[];
  /** Values set on every object; they take precedence over the browser's. */
  readonly fixedMetadata: Readonly<Record<string, string>>;
}

/**
 * The allowed values that were sent, and the values set on every object. Names that are not allowed
 * are ignored: a client may send the same metadata to several servers.
 *
 * @throws ProblemError `invalid_request` for control characters and for more than 2 KiB in all.
 */
export function metadataFor(
  rules: MetadataRules,
  sent: Readonly<Record<string, string>>,
  field: string,
): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [given, value] of Object.entries(sent)) {
    const name = given.toLowerCase();
    if (!isMetadataName(name) || !rules.metadata.includes(name)) continue;
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f]/.test(value) || !isWellFormed(value)) {
      throw new ProblemError('invalid_request', 'Metadata holds a control character.', {
        field: `${field}.${name}`,
      });
    }
    metadata[name] = value;
  }
  const all = { ...metadata, ...rules.fixedMetadata };
  const bytes = Object.entries(all).reduce((sum, entry) => sum + wireBytes(entry), 0);
  if (bytes > MAX_BYTES) {
    throw new ProblemError('invalid_request', 'The metadata is larger than 2 KB.', { field });
  }
  return all;
}

/** Length in RFC 2047 encoding: base64 in words of 75 characters, each in `=?utf-8?B?` and `?=`. */
function wireBytes([name, value]: readonly [string, string]): number {
  const bytes = utf8Length(value);
  return name.length + (bytes === value.length ? bytes : Math.ceil(bytes / 45) * 76);
}

/** Reads `metadata[name]=value` from a query or a form. */
export function metadataOfQuery(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([given, value]) => {
      const name = /^metadata\[(.+)\]$/.exec(given)?.[1];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}
