/** Runs what follows a complete upload, once: the hook, the record and the event. */
import { outliving, type Signer } from '../../context.ts';
import { answerOf, type Finalization } from '../../hooks.ts';
import type { Entry, WaitUntil } from '../../ledger/ledger.ts';
import { finishReservation } from '../../policy/quota.ts';
import { utf8Length } from '../../object/name.ts';
import { ProblemError } from '../../problem.ts';
import { cancelledUpload, forgottenByStore, wrongChecksum } from '../../refusals.ts';
import type { Result, VerifiedChecksum, WholeChecksum } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { isByForm, withSize, type Upload } from '../upload.ts';
import { resultOf } from '../stored.ts';

/**
 * Calls the `finalize` hook, records that the upload is complete, and emits the event. This happens
 * once, by the isolate's memory and by the ledger; only if two Completes reach two locations within a
 * minute may both do it.
 *
 * @param entry the upload's record, if there is one.
 * @param verified the checksum of the whole file, if one was to hold.
 * @throws ProblemError the hook's own, or `store_unavailable` if the hook failed; then try again.
 */
export async function finishUpload(
  signer: Signer,
  waitUntil: WaitUntil,
  original: Upload,
  object: StoredObject,
  entry: Entry | undefined,
  verified?: VerifiedChecksum,
): Promise<Result> {
  if (entry?.state === 'complete' && entry.result?.etag === object.etag) return entry.result;
  const upload = withSize(withMetadata(original, object), object.bytes);
  const result = resultOf(upload, object, verified);
  const { owner, id } = upload;
  const name = `${owner} ${id} ${result.etag} ${result.completedAt}`;
  // Also for a client that has gone: otherwise the hook would run again.
  const finishing = signer.runOnce(name, async () => {
    // An object of parts proves that the upload was completed, even if it was cancelled since.
    if (!(await finishReservation(signer, upload, !isByForm(upload)))) {
      throw cancelledUpload();
    }
    const given = dataOf(await finalize(signer, upload, result));
    const finalized = { ...result, ...given };
    await signer.ledger.put({ state: 'complete', upload, result: finalized }, waitUntil);
    signer.emit({ type: 'completed', upload, result: finalized }, waitUntil);
    return given;
  });
  return { ...result, ...(await outliving(waitUntil, finishing)) };
}

/** The token of an upload in parts leaves the metadata out; the object has it. */
function withMetadata(upload: Upload, { metadata }: StoredObject): Upload {
  if (Object.keys(metadata).length === 0) return upload;
  return { ...upload, object: { ...upload.object, metadata: { ...metadata } } };
}

const MAX_DATA_BYTES = 8192;

/** @throws ProblemError `store_unavailable` if the hook fails, `misconfigured` for data too large. */
async function finalize(
  { hooks, log }: Signer,
  upload: Upload,
  result: Result,
): Promise<Finalization> {
  const detail = 'The file is stored, but the finalize hook failed; try again.';
  return answerOf(
    log,
    'finalize',
    async () => {
      const { data } = (await hooks.finalize?.(upload, result)) ?? {};
      if (data === undefined) return {};
      const json = JSON.stringify(data);
      if (utf8Length(json) > MAX_DATA_BYTES) {
        throw new ProblemError(
          'misconfigured',
          `The finalize hook returned more than ${MAX_DATA_BYTES} bytes of data.`,
        );
      }
      // As it will be read again.
      return { data: JSON.parse(json) as unknown };
    },
    detail,
  );
}

function dataOf({ data }: Finalization): Finalization {
  return data === undefined ? {} : { data };
}

/**
 * The result from the record, for an object that is not under its key: it was moved, or it never came.
 *
 * @param wanted the checksum of the whole file that the result must have.
 * @throws ProblemError `expired` or `incomplete` if there is no recorded result, or
 *   `checksum_mismatch` if the object was removed for that, and as `assertResult` does.
 */
export async function recordedResult(
  signer: Signer,
  upload: Upload,
  wanted?: WholeChecksum,
): Promise<Result> {
  const entry = await signer.ledger.get(upload.owner, upload.id);
  if (entry?.mismatch) throw wrongChecksum(wanted?.algorithm ?? 'checksum');
  if (entry?.result) {
    assertResult(entry.result, wanted);
    return entry.result;
  }
  if (upload.multipart) throw forgottenByStore();
  throw new ProblemError('incomplete', 'The store does not have the object; send it again.');
}

/**
 * Whether a finished upload's result has the checksum that is asked for now.
 *
 * @throws ProblemError `checksum_mismatch` if it has another value, `conflict` if it has none by
 *   this algorithm.
 */
export function assertResult(result: Result, wanted: WholeChecksum | undefined): void {
  if (!wanted) return;
  if (result.checksumAlgorithm !== wanted.algorithm) {
    const detail = `The upload was completed without its ${wanted.algorithm}.`;
    throw new ProblemError('conflict', detail, { field: 'checksum' });
  }
  if (result.checksum !== wanted.value) throw wrongChecksum(wanted.algorithm);
}
