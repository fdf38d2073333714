/** The end of a Complete: what is stored is verified if a checksum is to hold, and the upload finished. */
import type { Signer } from '../../context.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { ProblemError } from '../../problem.ts';
import type { WholeChecksum, Result, VerifiedChecksum, Verifying } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import type { Upload } from '../upload.ts';
import { verifyWhole } from '../verify/verify.ts';
import { assertResult, finishUpload } from './finish.ts';

/** What a Complete knows about the object. */
export interface Claim {
  /** The checksum that has to hold; see `wantedChecksum`. */
  readonly wanted: WholeChecksum | undefined;
  /** What the parts have proven. */
  readonly proven?: VerifiedChecksum | undefined;
  /** This request has made the object. */
  readonly isNew: boolean;
}

/**
 * Finishes an upload whose object is stored, once its checksum is verified.
 *
 * @throws ProblemError `checksum_mismatch`, or as `verifyWhole` and `finishUpload` do.
 */
export async function conclude(
  signer: Signer,
  waitUntil: WaitUntil,
  upload: Upload,
  object: StoredObject,
  claim: Claim,
): Promise<Result | Verifying> {
  const entry = ownEntry(upload, await signer.ledger.get(upload.owner, upload.id));
  if (entry?.result?.etag === object.etag) {
    assertResult(entry.result, claim.wanted);
    return finishUpload(signer, waitUntil, upload, object, entry);
  }
  const wanted = wantedNow(entry, claim.wanted);
  if (!wanted) return finishUpload(signer, waitUntil, upload, object, entry);
  const verdict = await verifyWhole(signer, waitUntil, upload, object, wanted, { ...claim, entry });
  if (verdict.kind === 'verifying') {
    return verifyingAnswer(upload, object.bytes, verdict.verifiedBytes);
  }
  return finishUpload(signer, waitUntil, upload, object, entry, verdict.checksum);
}

/** What the client is told as long as the object is being read. */
export function verifyingAnswer({ id }: Upload, bytes: number, verifiedBytes: number): Verifying {
  // KV takes one write a second to a key.
  return { id, state: 'verifying', bytes, verifiedBytes, retryAfter: 1 };
}

/** The checksum that is being verified holds for every Complete of the upload. */
function wantedNow(
  entry: Entry | undefined,
  wanted: WholeChecksum | undefined,
): WholeChecksum | undefined {
  const running = entry?.verifying;
  if (!running) return wanted;
  const isSame =
    !wanted || (wanted.algorithm === running.algorithm && wanted.value === running.value);
  if (isSame) return { algorithm: running.algorithm, value: running.value };
  const detail = 'Another checksum of this upload is being verified.';
  throw new ProblemError('conflict', detail, { field: 'checksum' });
}

/** A record of another file with the same id says nothing about this one. */
function ownEntry(upload: Upload, entry: Entry | undefined): Entry | undefined {
  return entry?.upload.mark === upload.mark ? entry : undefined;
}
