/** Verifies the checksum of a whole stored file, by what the store says or by reading the file. */
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import type { Progress } from '../../ledger/record.ts';
import { ProblemError } from '../../problem.ts';
import type { WholeChecksum, VerifiedChecksum } from '../../protocol.ts';
import { wrongChecksum } from '../../refusals.ts';
import type { StoredObject } from '../../s3/store.ts';
import { isSingle, type Upload } from '../upload.ts';
import { provenByObject } from './proof.ts';
import { furthest, keepProgress } from './progress.ts';
import { readBack } from './read-back.ts';
import { rejectObject } from './reject.ts';

/** `verifying`: more of the object has to be read, by another invocation. */
export type Verdict =
  | { readonly kind: 'verified'; readonly checksum: VerifiedChecksum }
  | { readonly kind: 'verifying'; readonly verifiedBytes: number };

/** What is known about the object beside itself. */
export interface Evidence {
  /** What the parts have proven, before the object was made of them. */
  readonly proven?: VerifiedChecksum | undefined;
  /** The record, if there is one. */
  readonly entry: Entry | undefined;
  /** This request has made the object, so nobody has been told that it is complete. */
  readonly isNew: boolean;
}

/**
 * Compares the checksum of a stored object with the one that it must have. Reads at most
 * `verify.stepBytes` of it; call it again while it answers `verifying`. What it finds wrong is
 * removed, unless somebody has been told before that it is complete.
 *
 * @param wanted as `wantedChecksum` gives it.
 * @throws ProblemError `checksum_mismatch`, or `store_unavailable` if the object cannot be read or
 *   is too large to be read and its record is not there yet.
 */
export async function verifyWhole(
  signer: Signer,
  waitUntil: WaitUntil,
  upload: Upload,
  object: StoredObject,
  wanted: WholeChecksum,
  { proven, entry, isNew }: Evidence,
): Promise<Verdict> {
  const { algorithm, value } = wanted;
  const isRemovable = isNew || upload.announced !== undefined || entry?.verifying !== undefined;
  try {
    const known = provenByObject(signer, upload, isSingle(upload), object, wanted) ?? proven;
    if (known) return { kind: 'verified', checksum: known };
    const start = furthest(signer, upload, object, wanted, entry);
    if (!start && object.bytes > signer.verify.maxBytes) throw notRecordedYet();
    const read = await readBack(signer, upload.key, object, algorithm, start);
    if (read.kind === 'stopped') {
      const progress: Progress = { ...wanted, ...read.saved, etag: object.etag };
      await keepProgress(signer, waitUntil, upload, progress);
      return { kind: 'verifying', verifiedBytes: progress.verifiedBytes };
    }
    if (read.value !== value) throw wrongChecksum(algorithm);
    return { kind: 'verified', checksum: { algorithm, value, verifiedBy: 'worker' } };
  } catch (error) {
    const isWrong = error instanceof ProblemError && error.code === 'checksum_mismatch';
    if (isWrong && isRemovable) await rejectObject(signer, waitUntil, upload);
    throw error;
  }
}

/** Its parts proved the checksum when it was completed, and they are gone. */
function notRecordedYet(): ProblemError {
  const detail =
    'The file is stored, but the record of its verification has not arrived: ask again.';
  return new ProblemError('store_unavailable', detail, { retryAfter: 30 });
}
