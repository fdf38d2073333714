/** Checksums that clients send: of one chunk, and of the whole file. */
import { ProblemError } from '../problem.ts';
import { base64ToBytes, bytesToBase64 } from '../protocol/util/encoding.ts';

/** A checksum of the whole file. */
export interface WholeChecksum {
  readonly algorithm: string;
  /** Base64. */
  readonly value: string;
}

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
  for (const member of header?.split(',') ?? []) {
    const [, name = '', value = ''] = /^ *([\w-]+)=:([A-Za-z0-9+/]+=*):/.exec(member) ?? [];
    const algorithm = DIGEST_NAMES[name.toLowerCase()];
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

/** Lengths of digests in bytes, by the names that forms and JSON have for them. */
const WHOLE: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  crc32c: 4,
  crc64nvme: 8,
};

/**
 * The checksum of the whole file among these fields: `md5=…`, `sha256=…`, in hex as
 * drf-chunked-upload has it, or in base64.
 *
 * @throws ProblemError `invalid_request` for a value of another length.
 */
export function wholeChecksumOf(
  fields: Readonly<Record<string, string>>,
): WholeChecksum | undefined {
  for (const [algorithm, length] of Object.entries(WHOLE)) {
    const text = fields[algorithm];
    if (text !== undefined) return { algorithm, value: base64Of(text, length, algorithm) };
  }
  return undefined;
}

function base64Of(text: string, length: number, field: string): string {
  if (/^[0-9a-f]+$/i.test(text) && text.length === 2 * length) {
    const bytes = text.match(/../g) ?? [];
    return bytesToBase64(Uint8Array.from(bytes, (pair) => Number.parseInt(pair, 16)));
  }
  try {
    if (base64ToBytes(text).length === length) return text;
  } catch {
    // Not base64 either.
  }
  const detail = `Not a valid ${field}: ${2 * length} hex digits, or base64.`;
  throw new ProblemError('invalid_request', detail, { field });
}
