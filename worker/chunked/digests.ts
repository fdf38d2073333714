/** Checksums that clients send: of one chunk, and of the whole file. */
import { ProblemError } from '../problem.ts';
import type { WholeAlgorithm, WholeChecksum } from '../protocol.ts';
import { CHECKSUM_BYTES, isChecksum, WHOLE_ALGORITHMS } from '../protocol/checksum.ts';
import { bytesToBase64 } from '../protocol/util/encoding.ts';

/** A checksum of one chunk, of an algorithm that Web Crypto has. */
export interface ChunkChecksum {
  readonly algorithm: string;
  /** Base64. */
  readonly value: string;
}

/** Algorithms for chunks, as tus names them. */
export const CHUNK_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;

/** A chunk with a checksum is kept in memory until the checksum is known to be right. */
export const MOST_CHECKED_BYTES = 16 * 1024 * 1024;

/** The bytes have another checksum. */
export class ChunkMismatch extends ProblemError {
  constructor() {
    super('checksum_mismatch', 'The chunk has another checksum: send it again.');
  }
}

/** @throws ChunkMismatch */
export async function verifyChunk(
  { algorithm, value }: ChunkChecksum,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const digest = await crypto.subtle.digest(algorithm.replace('sha', 'SHA-'), bytes);
  if (bytesToBase64(digest) !== value) throw new ChunkMismatch();
}

/**
 * `Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`, as tus has it.
 *
 * @throws ProblemError `invalid_request`.
 */
export function tusChecksum(header: string | undefined): ChunkChecksum | undefined {
  if (header === undefined) return undefined;
  const [, algorithm = '', value = ''] = /^([\w-]+) +([A-Za-z0-9+/]+=*)$/.exec(header) ?? [];
  return known(algorithm.toLowerCase(), value, 'upload-checksum');
}

/**
 * `Content-Digest: sha-256=:…:`: https://www.rfc-editor.org/rfc/rfc9530. The first of a list that is
 * known here counts, as the RFC has it.
 */
export function digestOf(header: string | undefined): ChunkChecksum | undefined {
  for (const [name, value] of membersOf(header)) {
    const algorithm = DIGEST_NAMES[name];
    if (algorithm !== undefined) return { algorithm, value };
  }
  return undefined;
}

const DIGEST_NAMES: Readonly<Record<string, string>> = {
  'sha-256': 'sha256',
  'sha-512': 'sha512',
  sha: 'sha1',
};

function known(algorithm: string, value: string, field: string): ChunkChecksum {
  if (CHUNK_ALGORITHMS.some((one) => one === algorithm)) return { algorithm, value };
  const detail = `Checksums of chunks are ${CHUNK_ALGORITHMS.join(', ')}, in base64.`;
  throw new ProblemError('invalid_request', detail, { field });
}

/**
 * The checksum of the whole file among these fields: `md5=…`, `sha256=…`, in hex as
 * drf-chunked-upload has it, or in base64.
 *
 * @throws ProblemError `invalid_request` for a value of another length.
 */
export function wholeChecksumOf(
  fields: Readonly<Record<string, string>>,
): WholeChecksum | undefined {
  for (const algorithm of WHOLE_ALGORITHMS) {
    const text = fields[algorithm];
    if (text !== undefined) return { algorithm, value: base64Of(text, algorithm) };
  }
  return undefined;
}

function base64Of(text: string, algorithm: WholeAlgorithm): string {
  const length = CHECKSUM_BYTES[algorithm];
  if (/^[0-9a-f]+$/i.test(text) && text.length === 2 * length) {
    const bytes = text.match(/../g) ?? [];
    return bytesToBase64(Uint8Array.from(bytes, (pair) => Number.parseInt(pair, 16)));
  }
  if (isChecksum(algorithm, text)) return text;
  const detail = `Not a valid ${algorithm}: ${2 * length} hex digits, or base64.`;
  throw new ProblemError('invalid_request', detail, { field: algorithm });
}

/**
 * The checksum of the whole file in `Repr-Digest: sha-256=:…:`
 * (https://www.rfc-editor.org/rfc/rfc9530), the first that can be verified here.
 */
export function reprDigestOf(header: string | undefined): WholeChecksum | undefined {
  for (const [name, value] of membersOf(header)) {
    const algorithm = WHOLE_NAMES[name];
    if (algorithm !== undefined && isChecksum(algorithm, value)) return { algorithm, value };
  }
  return undefined;
}

const WHOLE_NAMES: Readonly<Record<string, WholeAlgorithm>> = {
  'sha-256': 'sha256',
  sha: 'sha1',
  md5: 'md5',
  crc32c: 'crc32c',
};

/** The members of a dictionary of byte sequences: https://www.rfc-editor.org/rfc/rfc9651 */
function membersOf(header = ''): readonly (readonly [name: string, value: string])[] {
  return header.split(',').flatMap((member) => {
    const [, name, value] = /^ *([\w-]+)=:([A-Za-z0-9+/]+=*):/.exec(member) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
  });
}
