/** What proves a checksum of the whole file without reading the file. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import type {
  WholeChecksum,
  StoredPart,
  VerifiedChecksum,
  WholeAlgorithm,
} from '../../protocol.ts';
import { isChecksum } from '../../protocol/checksum.ts';
import { bytesToBase64 } from '../../protocol/util/encoding.ts';
import { combine } from '../../protocol/hashing/index.ts';
import { wrongChecksum } from '../../refusals.ts';
import type { StoredObject } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';

/** What this needs of a signer. */
type Verifier = Pick<Signer, 'store' | 'rules' | 'verify'>;

/**
 * Refuses what cannot be verified, before any byte is sent or anything is made of the parts.
 *
 * @param isSingle the file is one part, or goes by a form.
 * @throws ProblemError `invalid_request`.
 */
export function assertVerifiable(
  signer: Verifier,
  upload: Upload,
  isSingle: boolean,
  algorithm: WholeAlgorithm,
  field: string,
): void {
  const { maxBytes } = signer.verify;
  const isProven =
    isBound(upload, isSingle, algorithm) ||
    isCheckedByStore(signer, upload, algorithm) ||
    (isSingle && hasMd5ETags(signer, algorithm));
  if (isProven || upload.bytes <= maxBytes) return;
  throw new ProblemError(
    'invalid_request',
    `The ${algorithm} of a whole file can be verified here for up to ${maxBytes} bytes (VERIFY_MAX_BYTES).`,
    { field },
  );
}

/** True if the store itself compares the value of the whole object at Complete. */
export function isCheckedByStore(
  { store }: Pick<Signer, 'store'>,
  { checksum }: Pick<Upload, 'checksum'>,
  algorithm: WholeAlgorithm,
): boolean {
  return checksum === algorithm && store.profile.fullObjectChecksums.includes(checksum);
}

/**
 * What the parts prove, before an object is made of them; undefined if they prove nothing.
 *
 * @param listed the parts as the store lists them, in any order; empty if it cannot.
 * @throws ProblemError `checksum_mismatch`.
 */
export function provenByParts(
  signer: Verifier,
  upload: Upload,
  isSingle: boolean,
  listed: readonly StoredPart[],
  wanted: WholeChecksum,
  field: string,
): VerifiedChecksum | undefined {
  const { algorithm } = wanted;
  // Whatever the parts say, it is compared where the store does it: combining takes time.
  if (!isSingle && isCheckedByStore(signer, upload, algorithm)) return undefined;
  const known = knownOfParts(signer, upload, isSingle, listed, algorithm);
  return known && compared(known, wanted, field);
}

function knownOfParts(
  signer: Verifier,
  upload: Upload,
  isSingle: boolean,
  listed: readonly StoredPart[],
  algorithm: WholeAlgorithm,
): VerifiedChecksum | undefined {
  if (isBound(upload, isSingle, algorithm)) {
    return { algorithm, value: upload.fileChecksum ?? '', verifiedBy: 'store' };
  }
  const [first] = listed;
  if (isSingle && first && hasMd5ETags(signer, algorithm)) return md5Of(first.etag);
  if (upload.checksum !== algorithm || listed.length === 0) return undefined;
  const parts = listed
    .toSorted((one, other) => one.number - other.number)
    .map(({ bytes, checksum = '' }) => ({ bytes, checksum }));
  if (!parts.every(({ checksum }) => isChecksum(algorithm, checksum))) return undefined;
  const [only] = parts;
  if (parts.length === 1 && only) {
    return { algorithm, value: only.checksum, verifiedBy: 'store' };
  }
  const value = combine(algorithm, parts);
  return value === undefined ? undefined : { algorithm, value, verifiedBy: 'worker' };
}

/**
 * What the store says of the object; undefined if that proves nothing.
 *
 * @throws ProblemError `checksum_mismatch`.
 */
export function provenByObject(
  signer: Verifier,
  upload: Upload,
  isSingle: boolean,
  object: StoredObject,
  wanted: WholeChecksum,
): VerifiedChecksum | undefined {
  const { algorithm } = wanted;
  const value = object.checksums[algorithm];
  const known: VerifiedChecksum | undefined =
    value !== undefined
      ? { algorithm, value, verifiedBy: 'store' }
      : (knownOfParts(signer, upload, isSingle, [], algorithm) ??
        (hasMd5ETags(signer, algorithm) ? md5Of(object.etag) : undefined));
  return known && compared(known, wanted, 'checksum');
}

function compared(known: VerifiedChecksum, wanted: WholeChecksum, field: string): VerifiedChecksum {
  if (known.value === wanted.value) return known;
  throw wrongChecksum(wanted.algorithm, field);
}

/** Everything that was signed for the file takes bytes of this checksum only. */
function isBound(
  { checksum, fileChecksum }: Upload,
  isSingle: boolean,
  algorithm: WholeAlgorithm,
): boolean {
  return isSingle && fileChecksum !== undefined && checksum === algorithm;
}

/** With encryption by a key of its own, an ETag is not an MD5 anywhere. */
function hasMd5ETags({ store, rules }: Verifier, algorithm: WholeAlgorithm): boolean {
  return algorithm === 'md5' && store.profile.md5ETags && !rules.object.sse;
}

/** Undefined for the ETag of an object of several parts, which is an MD5 of their MD5s. */
function md5Of(etag: string): VerifiedChecksum | undefined {
  const hex = etag.replaceAll('"', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return { algorithm: 'md5', value: bytesToBase64(bytes), verifiedBy: 'store' };
}
