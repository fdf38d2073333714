/** A file that a signer takes, as far as its policy says. */
import type { FileEntry, Policy } from '../../protocol.ts';
import { parseAccept } from '../../protocol/accept.ts';
import { allFormats } from '../../protocol/util/formats.ts';
import { hashOf, PART } from '../cors/check-upload.ts';

const NAME = 's3-upload-check';

/** The smallest file that the policy allows, of a type that it accepts. */
export function fileFor(policy: Policy, id: string): FileEntry {
  // That of the one byte. Of a larger file nothing is sent, so that it does not matter.
  const checksum = hashOf(policy.singleChecksum);
  return {
    id,
    ...namedFor(policy.accept),
    bytes: Math.max(PART.length, policy.minBytes),
    ...(checksum !== undefined && { checksums: [checksum] }),
  };
}

function namedFor(accept: readonly string[]): { readonly name: string; readonly type: string } {
  const [token = { kind: 'any' }] = parseAccept(accept).tokens;
  switch (token.kind) {
    case 'any':
      return { name: `${NAME}.txt`, type: 'text/plain' };
    case 'extension':
      return { name: NAME + token.extension, type: '' };
    case 'type':
      return { name: NAME, type: token.type };
    case 'family': {
      const own = allFormats().flatMap((format) => format.own);
      const type = own.find((one) => one.startsWith(`${token.family}/`));
      return { name: NAME, type: type ?? `${token.family}/x` };
    }
  }
}
