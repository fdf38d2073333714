/** Metadata that goes onto an object: of the browser's, what is allowed; the rest from settings. */
import { isWellFormed, utf8Length } from './name.ts';
import { ProblemError } from '../problem.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_BYTES = 2048;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** Tells on HEAD whose object it is; nobody else sets it. */
const RESERVED = 'upload-token';

/** True for a name, in lower case, that every store keeps, and that is free to be set. */
export function isMetadataName(name: string): boolean {
  return NAME.test(name) && name !== RESERVED;
}

/** Which metadata an object may have. */
export interface MetadataRules {
  /** Names that a browser may set, lower case. */
  readonly metadata: readonly string[];
  /** Set on every object, over what the browser sent. */
  readonly fixedMetadata: Readonly<Record<string, string>>;
}

/**
 * What of the sent metadata is allowed, and what is set on every object. Names that are not allowed
 * are left out: a client may send the same to several servers.
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

/** RFC 2047: base64 in words of 75 characters, `=?utf-8?B?` and `?=` around each. */
function wireBytes([name, value]: readonly [string, string]): number {
  const bytes = utf8Length(value);
  return name.length + (bytes === value.length ? bytes : Math.ceil(bytes / 45) * 76);
}
