/** The parts with which an upload is completed: every part of its plan, each of the planned size. */
import type { Signer } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { partCount, partRange, type PartReceipt, type StoredPart } from '../../protocol.ts';
import { planOf, type Upload } from '../upload.ts';

/** The parts of an upload, and those of them that the store has listed. */
export interface CompleteParts {
  readonly parts: readonly PartReceipt[];
  readonly listed: readonly StoredPart[];
}

/**
 * Every part of the plan, as the store lists it, or by receipts if the store cannot list parts.
 *
 * @param reported the receipts that the page sent.
 * @param mustList whether a part that the page reports is not enough.
 * @throws ProblemError `incomplete` or `checksum_mismatch`.
 */
export async function partsToComplete(
  signer: Signer,
  upload: Upload,
  uploadId: string,
  reported: readonly PartReceipt[],
  mustList = false,
): Promise<CompleteParts> {
  const { store, ledger } = signer;
  const isEnough = !mustList || !store.profile.listParts;
  const only = isEnough ? onlyPart(signer, upload, reported) : undefined;
  if (only) return { parts: [only], listed: [] };
  if (!store.profile.listParts) {
    const parts = new Map<number, PartReceipt>();
    const isComplete = reported.length === partCount(planOf(upload));
    for (const part of isComplete ? reported : [...(await ledger.receipts(upload)), ...reported]) {
      parts.set(part.number, part);
    }
    assertAllParts(upload, parts);
    return { parts: [...parts.values()], listed: [] };
  }
  const listed = await store.listParts(upload.key, uploadId);
  const parts = new Map(
    listed.filter((part) => hasPlannedSize(upload, part)).map((p) => [p.number, p]),
  );
  assertAllParts(upload, parts);
  for (const { number, checksum } of reported) {
    const stored = parts.get(number)?.checksum;
    if (checksum !== undefined && stored !== undefined && checksum !== stored) {
      throw new ProblemError(
        'checksum_mismatch',
        `The checksum of part ${number} differs from the one that was announced.`,
        {
          field: 'parts',
        },
      );
    }
  }
  const all = [...parts.values()];
  return { parts: all, listed: all };
}

/**
 * The only part, as the page reports it. Nothing has to be listed: the store checks the ETag, and the
 * part's URL took only the file's size.
 */
function onlyPart(
  { store }: Signer,
  upload: Upload,
  reported: readonly PartReceipt[],
): PartReceipt | undefined {
  const [part] = reported;
  if (planOf(upload).kind !== 'single' || part?.number !== 1 || reported.length > 1)
    return undefined;
  const checksum = upload.fileChecksum ?? part.checksum;
  const isMissing = upload.checksum !== null && store.profile.completeNeedsChecksums;
  if (checksum === undefined && isMissing) return undefined;
  return { number: 1, etag: part.etag, ...(checksum !== undefined && { checksum }) };
}

/** False for a part of another plan, or of an earlier request with another size. It counts as missing. */
function hasPlannedSize(upload: Upload, part: StoredPart): boolean {
  const plan = planOf(upload);
  if (part.number > partCount(plan)) return false;
  const { start, end } = partRange(plan, part.number);
  return part.bytes === end - start;
}

function assertAllParts(upload: Upload, parts: ReadonlyMap<number, unknown>): void {
  const count = partCount(planOf(upload));
  const missing: number[] = [];
  for (let number = 1; number <= count && missing.length <= 10; number++) {
    if (!parts.has(number)) missing.push(number);
  }
  if (missing.length > 0) {
    const some = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', …' : '');
    throw new ProblemError('incomplete', `Parts are missing: ${some}.`, { field: 'parts' });
  }
}
